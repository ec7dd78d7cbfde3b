// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

/**
 * What an agent and all that it spawns may spend on the LLM over its life.
 *
 * @param maxTokens input, output and thinking together
 * @param maxCalls calls that were asked for, answered or not
 * @param maxNanodollars billionths of a US dollar, by the price table
 */
public record LlmQuota(long maxTokens, long maxCalls, long maxNanodollars) {
  public static final LlmQuota UNLIMITED =
      new LlmQuota(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  /** Never more than either. */
  public LlmQuota and(LlmQuota other) {
    return new LlmQuota(
        Math.min(maxTokens, other.maxTokens),
        Math.min(maxCalls, other.maxCalls),
        Math.min(maxNanodollars, other.maxNanodollars));
  }
}
