// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Cuts a stream into lines and survives those that are too long. */
final class LineReader {
  private static final int CHUNK_BYTES = 64 << 10;

  /**
   * A line without its newline.
   *
   * @param tooLong when it was longer than the limit and its bytes were dropped
   */
  record Line(ByteArrayOutputStream content, boolean tooLong) {
    byte[] bytes() {
      return content.toByteArray();
    }
  }

  private final InputStream in;
  private final int lineBytesMax;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int position;
  private int end;

  LineReader(InputStream in, int lineBytesMax) {
    this.in = in;
    this.lineBytesMax = lineBytesMax;
  }

  /** The next line; empty at the end of the stream. What follows the last newline is a line too. */
  Optional<Line> next() throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    boolean tooLong = false;
    boolean any = false;
    while (position < end || fill()) {
      any = true;
      int newline = newline();
      int stop = newline < 0 ? end : newline;
      if (!tooLong && content.size() + (stop - position) <= lineBytesMax) {
        content.write(chunk, position, stop - position);
      } else {
        tooLong = true;
        content = new ByteArrayOutputStream();
      }
      position = newline < 0 ? end : newline + 1;
      if (newline >= 0) {
        return Optional.of(new Line(content, tooLong));
      }
    }
    return any ? Optional.of(new Line(content, tooLong)) : Optional.empty();
  }

  private int newline() {
    for (int i = position; i < end; i++) {
      if (chunk[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private boolean fill() throws IOException {
    position = 0;
    end = Math.max(0, in.read(chunk, 0, chunk.length));
    return end > 0;
  }
}
