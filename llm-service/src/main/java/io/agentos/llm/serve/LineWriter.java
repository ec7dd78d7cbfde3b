// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.settings.Redactor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes whole lines, one at a time, without keys. */
public final class LineWriter {
  private final OutputStream out;
  private final Redactor redactor;
  private final Runnable onBroken;

  /**
   * A writer that nobody else's output can get between.
   *
   * @param onBroken what to do when nobody reads any more; without a reader there is nothing to
   *     serve
   */
  public LineWriter(OutputStream out, Redactor redactor, Runnable onBroken) {
    this.out = out;
    this.redactor = redactor;
    this.onBroken = onBroken;
  }

  public void write(ObjectNode object) {
    // Keys consist of what JSON carries unchanged, so taking them out leaves the line JSON.
    byte[] line = (redactor.redact(text(object)) + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (out) {
      try {
        out.write(line);
        out.flush();
      } catch (IOException e) {
        onBroken.run();
      }
    }
  }

  private static String text(ObjectNode object) {
    try {
      return Json.mapper().writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can always be written", e);
    }
  }
}
