// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.util.Optional;

/**
 * Whether the model calls tools.
 *
 * @param tool the one that a model must call that has to call one; any when absent
 */
public record ToolChoice(Mode mode, Optional<String> tool) {
  /** Who decides that a tool is called. */
  public enum Mode {
    /** The model. */
    AUTO,
    /** None is called. */
    NONE,
    /** At least one is called. */
    REQUIRED
  }

  /** Whether an answer that calls no tool would be wrong. */
  public boolean forces() {
    return mode == Mode.REQUIRED;
  }
}
