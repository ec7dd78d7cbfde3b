// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import java.io.ByteArrayOutputStream;

/**
 * The head of a stream; the rest is let go, so that the writer does not block. Bounded by what the
 * bytes will take in a JSON string, where a control character is six bytes long and a byte that is
 * no UTF-8 three.
 */
final class Capture {
  private static final int CONTROL_COST = 6;
  private static final int FOREIGN_COST = 3;
  private static final int QUOTED_COST = 2;

  private final int most;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private int cost;
  private boolean truncated;

  Capture(int most) {
    this.most = most;
  }

  void add(byte[] bytes) {
    int count = 0;
    while (count < bytes.length && cost + cost(bytes[count]) <= most) {
      cost += cost(bytes[count]);
      count++;
    }
    kept.write(bytes, 0, count);
    if (count < bytes.length) {
      truncated = true;
      cost = most; // what comes later would leave a gap
    }
  }

  private static int cost(byte b) {
    if (b < 0) {
      return FOREIGN_COST;
    }
    if (b == '\n' || b == '\t' || b == '"' || b == '\\' || b == '\r') {
      return QUOTED_COST;
    }
    return b < ' ' || b == 0x7F ? CONTROL_COST : 1;
  }

  boolean truncated() {
    return truncated;
  }

  byte[] bytes() {
    return kept.toByteArray();
  }
}
