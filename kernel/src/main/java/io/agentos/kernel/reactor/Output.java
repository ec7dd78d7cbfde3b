// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Answers that the client's socket did not take yet. Holds no memory while empty. */
@ReactorConfined
final class Output {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int SMALLEST = 16 * 1024;

  /** From position to limit: the bytes. */
  private ByteBuffer bytes = NOTHING;

  boolean isEmpty() {
    return !bytes.hasRemaining();
  }

  int size() {
    return bytes.remaining();
  }

  boolean drainedBelow(int limit) {
    return size() <= limit;
  }

  void keep(ByteBuffer source) {
    if (source.hasRemaining()) {
      reserve(source.remaining()).put(source);
    }
  }

  /** A view of {@code count} bytes at the end, to be filled by the caller. */
  ByteBuffer reserve(int count) {
    if (bytes.capacity() - bytes.limit() < count) {
      int needed = bytes.remaining() + count;
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(SMALLEST, Math.max(needed, 2 * bytes.remaining())));
      larger.put(bytes).flip();
      bytes = larger;
    }
    int end = bytes.limit();
    bytes.limit(end + count);
    return bytes.slice(end, count).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Copies as much as fits, without consuming it. */
  void fill(ByteBuffer target) {
    int count = Math.min(bytes.remaining(), target.remaining());
    target.put(bytes.slice(bytes.position(), count));
  }

  void consumed(int count) {
    bytes.position(bytes.position() + count);
    if (!bytes.hasRemaining()) {
      bytes = NOTHING;
    }
  }
}
