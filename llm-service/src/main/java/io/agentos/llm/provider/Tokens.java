// SPDX-License-Identifier: MIT
package io.agentos.llm.provider;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads counts of tokens. */
public final class Tokens {
  private Tokens() {}

  /** A count as it was sent; nonsense, which would be paid for in a budget, counts as none. */
  public static long of(JsonNode count) {
    return count.isIntegralNumber() && count.canConvertToInt() ? Math.max(0, count.intValue()) : 0;
  }
}
