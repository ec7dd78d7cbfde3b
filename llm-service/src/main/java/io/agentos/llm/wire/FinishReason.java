// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.util.Locale;

/** Why the model stopped. */
public enum FinishReason {
  STOP,
  LENGTH,
  TOOL_CALLS,
  SAFETY,
  OTHER;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
