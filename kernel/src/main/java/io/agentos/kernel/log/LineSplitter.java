// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a byte stream into lines; a line over its bound is cut there, and bytes that are no UTF-8
 * become U+FFFD.
 */
public final class LineSplitter {
  private final byte[] line;
  private int length;

  public LineSplitter(int longestBytes) {
    line = new byte[longestBytes];
  }

  /** The lines that these bytes complete. */
  public List<String> feed(byte[] bytes) {
    List<String> lines = new ArrayList<>();
    for (byte b : bytes) {
      if (b == '\n') {
        lines.add(take());
        continue;
      }
      if (length == line.length) {
        lines.add(take());
      }
      line[length++] = b;
    }
    return lines;
  }

  /** What was left without a line's end. */
  public List<String> finish() {
    return length == 0 ? List.of() : List.of(take());
  }

  private String take() {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    String text = new String(line, 0, end, StandardCharsets.UTF_8);
    length = 0;
    return text;
  }
}
