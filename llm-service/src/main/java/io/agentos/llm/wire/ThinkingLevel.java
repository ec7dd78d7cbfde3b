// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

/** How much a model may think before it answers. */
public enum ThinkingLevel {
  LOW,
  MEDIUM,
  HIGH
}
