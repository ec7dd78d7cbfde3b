// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import java.io.ByteArrayOutputStream;

/** The first bytes of a stream; the rest is let go, so that the writer does not block. */
final class Capture {
  private final int most;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean truncated;

  Capture(int most) {
    this.most = most;
  }

  void add(byte[] bytes) {
    int room = Math.min(bytes.length, most - kept.size());
    kept.write(bytes, 0, room);
    truncated |= room < bytes.length;
  }

  boolean truncated() {
    return truncated;
  }

  byte[] bytes() {
    return kept.toByteArray();
  }
}
