// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

/** Names one agent, or one operator connection, for the life of one kernel; zero is never valid. */
public record AgentId(int value) {
  public AgentId {
    if (value <= 0) {
      throw new IllegalArgumentException("agent id must be positive, was " + value);
    }
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
