// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import io.agentos.kernel.base.JsonCost;
import java.io.ByteArrayOutputStream;

/**
 * The head of a stream; the rest is let go, so that the writer does not block. Bounded by what the
 * bytes will take in a JSON string, where a control character is six bytes long and a byte that is
 * no UTF-8 three.
 */
final class Capture {
  private final int most;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private int cost;
  private boolean truncated;

  Capture(int most) {
    this.most = most;
  }

  void add(byte[] bytes) {
    int count = 0;
    while (count < bytes.length && cost + JsonCost.of(bytes[count]) <= most) {
      cost += JsonCost.of(bytes[count]);
      count++;
    }
    kept.write(bytes, 0, count);
    if (count < bytes.length) {
      truncated = true;
      cost = most; // what comes later would leave a gap
    }
  }

  boolean truncated() {
    return truncated;
  }

  byte[] bytes() {
    return kept.toByteArray();
  }
}
