// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.permission.LlmQuota;
import java.util.function.Supplier;

/**
 * Someone whose share a request uses and on whose quota it counts.
 *
 * @param weight of its share among its siblings' shares
 * @param alive false when it has ended and only those that it spawned go on
 * @param quota as it stands, as it may be narrowed while a request waits
 */
public record Payer(AgentId id, String name, int weight, boolean alive, Supplier<LlmQuota> quota) {
  /** Stands for all operators together, above each of their connections. */
  public static final AgentId OPERATORS = new AgentId(Integer.MAX_VALUE);
}
