// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a byte stream into lines; a line over its bound is cut there, and bytes that are no UTF-8
 * become U+FFFD.
 */
public final class LineSplitter {
  private static final int LONGEST_CHARACTER = 4;

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
        lines.add(takeWholeCharacters());
      }
      line[length++] = b;
    }
    return lines;
  }

  /** What was left without a line's end. */
  public List<String> finish() {
    return length == 0 ? List.of() : List.of(take());
  }

  /** All but the beginning of a character that the next bytes complete. */
  private String takeWholeCharacters() {
    int begun = Math.max(0, length - LONGEST_CHARACTER + 1);
    int cut = length;
    for (int i = length - 1; i >= begun; i--) {
      if ((line[i] & 0xC0) == 0xC0) {
        cut = i + charactersBytes(line[i]) > length ? i : length;
        break;
      }
    }
    byte[] rest = Arrays.copyOfRange(line, cut, length);
    length = cut;
    String text = take();
    System.arraycopy(rest, 0, line, 0, rest.length);
    length = rest.length;
    return text;
  }

  /** Of a character that begins with this byte: as many as the byte has leading ones. */
  private static int charactersBytes(byte first) {
    return Integer.numberOfLeadingZeros(~first << 24);
  }

  private String take() {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    String text = new String(line, 0, end, StandardCharsets.UTF_8);
    length = 0;
    return text;
  }
}
