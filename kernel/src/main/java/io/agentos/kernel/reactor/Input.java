// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes received and not yet handed out: the head of a frame, or requests that wait behind a held
 * one. Holds no memory while empty, and grows with what has really arrived, not with what a header
 * announces.
 */
@ReactorConfined
final class Input {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final BufferPool pool;
  private final Budget budget;

  /** From position to limit: the bytes. */
  private ByteBuffer bytes = NOTHING;

  private int expected;
  private long sinceNanos;

  Input(BufferPool pool, Budget budget) {
    this.pool = pool;
    this.budget = budget;
  }

  boolean isEmpty() {
    return !bytes.hasRemaining();
  }

  ByteBuffer bytes() {
    return bytes;
  }

  /** The whole size of the frame that has begun, so that growing stops exactly there. */
  void expect(int frameBytes) {
    expected = frameBytes;
  }

  /** Takes over what {@code source} has left; false when the budget does not allow it. */
  boolean keep(ByteBuffer source) {
    if (!source.hasRemaining()) {
      return true;
    }
    sinceNanos = System.nanoTime();
    return grow(source.remaining(), source);
  }

  /** Counts the {@link #age()} of an unfinished frame from now on. */
  void restartAge() {
    sinceNanos = System.nanoTime();
  }

  /** Adds what was received; false when the budget does not allow it. */
  boolean append(ByteBuffer source) {
    int total = bytes.remaining() + source.remaining();
    if (bytes.limit() + source.remaining() <= bytes.capacity()) {
      int start = bytes.position();
      int end = bytes.limit();
      bytes.limit(end + source.remaining()).position(end).put(source).position(start);
      return true;
    }
    int doubled = (int) Math.min(2L * total, Math.max(expected, total));
    return grow(Math.max(total, doubled), source);
  }

  private boolean grow(int capacity, ByteBuffer source) {
    @Nullable ByteBuffer larger = pool.take(budget, capacity);
    if (larger == null) {
      return false;
    }
    larger.put(bytes).put(source).flip();
    pool.give(budget, bytes);
    bytes = larger;
    return true;
  }

  /**
   * Gives the memory back once all is handed out; a rest is the start of a frame that began now.
   */
  void trim() {
    if (isEmpty()) {
      clear();
    } else if (bytes.position() > 0) {
      sinceNanos = System.nanoTime();
    }
  }

  /** Nanoseconds since the first kept byte arrived; 0 while empty. */
  long age() {
    return isEmpty() ? 0 : System.nanoTime() - sinceNanos;
  }

  /** Forgets everything. */
  void clear() {
    pool.give(budget, bytes);
    bytes = NOTHING;
    expected = 0;
  }
}
