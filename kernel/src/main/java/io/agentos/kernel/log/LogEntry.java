// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import io.agentos.kernel.base.JsonCost;

/**
 * One line of an agent's output.
 *
 * @param seq counts an agent's lines from 1, without gaps
 * @param time milliseconds since 1970
 * @param stream {@code stdout}, {@code stderr} or {@code kernel} (what the supervisor has to say)
 */
public record LogEntry(long seq, long time, String stream, String line) {
  private static final int FIELDS_BYTES = 80;

  /** Bytes that it takes in an answer, or a little more. */
  int cost() {
    return FIELDS_BYTES + JsonCost.of(line);
  }
}
