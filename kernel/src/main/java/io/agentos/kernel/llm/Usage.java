// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a provider counted, in tokens.
 *
 * @param input the cached ones included
 * @param output without the thinking
 */
public record Usage(long input, long output, long thinking, long cached) {
  static final Usage NONE = new Usage(0, 0, 0, 0);

  /** Reads {@code usage} of an answer of the service; what is absent or negative is none. */
  static Usage of(JsonNode answer) {
    JsonNode usage = answer.path("usage");
    return new Usage(
        count(usage, "input"),
        count(usage, "output"),
        count(usage, "thinking"),
        count(usage, "cached"));
  }

  private static long count(JsonNode usage, String field) {
    return Math.max(0, usage.path(field).asLong());
  }

  long tokens() {
    return input + output + thinking;
  }
}
