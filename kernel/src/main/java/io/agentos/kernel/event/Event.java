// SPDX-License-Identifier: MIT
package io.agentos.kernel.event;

import io.agentos.kernel.base.AgentId;
import java.util.Optional;

/**
 * What happened, as it is kept for those who asked for it.
 *
 * @param ours whether the kernel says it, and nobody else
 * @param about whom it concerns, or who emitted it
 * @param data valid JSON
 */
public record Event(String type, boolean ours, Optional<AgentId> about, byte[] data, long nanos) {
  /** What an event takes in an answer besides its data. */
  public static final int ENVELOPE_BYTES = 256;

  int cost() {
    return data.length + ENVELOPE_BYTES;
  }
}
