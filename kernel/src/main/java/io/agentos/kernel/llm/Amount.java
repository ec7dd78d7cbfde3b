// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

/**
 * What calls of the LLM cost.
 *
 * @param tokens input, output and thinking together
 * @param nanodollars billionths of a US dollar
 */
public record Amount(long calls, long tokens, long nanodollars) {
  public static final Amount NOTHING = new Amount(0, 0, 0);

  /** So much of one call, which is counted apart. */
  static Amount of(long tokens, long nanodollars) {
    return new Amount(0, tokens, nanodollars);
  }

  Amount plus(Amount other) {
    return new Amount(calls + other.calls, tokens + other.tokens, nanodollars + other.nanodollars);
  }

  Amount minus(Amount other) {
    return new Amount(calls - other.calls, tokens - other.tokens, nanodollars - other.nanodollars);
  }

  boolean isNothing() {
    return equals(NOTHING);
  }
}
