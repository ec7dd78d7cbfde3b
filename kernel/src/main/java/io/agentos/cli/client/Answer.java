// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel answered.
 *
 * @param json as it came
 * @param value parsed: a map, or the list that LIST answers with
 */
public record Answer(String json, @Nullable Object value) {
  static Answer of(byte[] payload) throws IOException {
    return new Answer(new String(payload, StandardCharsets.UTF_8), Json.parse(payload));
  }

  public Fields fields() {
    return Fields.of(value);
  }

  boolean isPart() {
    return fields().flag("partial");
  }

  /** Whether it is a refusal; EXEC's {@code "success": false} only tells of an exit code. */
  boolean isRefusal() {
    return Boolean.FALSE.equals(fields().map().get("success")) && fields().has("code");
  }
}
