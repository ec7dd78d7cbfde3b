// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

/**
 * What an agent may spend on the LLM over its life.
 *
 * @param maxTokens input and output together
 * @param maxCalls calls that were asked for, answered or not
 */
public record LlmQuota(long maxTokens, long maxCalls) {
  public static final LlmQuota UNLIMITED = new LlmQuota(Long.MAX_VALUE, Long.MAX_VALUE);

  /** Never more than either. */
  public LlmQuota and(LlmQuota other) {
    return new LlmQuota(Math.min(maxTokens, other.maxTokens), Math.min(maxCalls, other.maxCalls));
  }
}
