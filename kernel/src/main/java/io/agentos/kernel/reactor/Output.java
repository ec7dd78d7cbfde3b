// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Answers that the client's socket did not take yet. Holds no memory while empty. */
@ReactorConfined
final class Output {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final BufferPool pool;
  private final Budget budget;

  /** From position to limit: the bytes. */
  private ByteBuffer bytes = NOTHING;

  Output(BufferPool pool, Budget budget) {
    this.pool = pool;
    this.budget = budget;
  }

  boolean isEmpty() {
    return !bytes.hasRemaining();
  }

  int size() {
    return bytes.remaining();
  }

  /** Takes over what {@code source} has left; false when the budget does not allow it. */
  boolean keep(ByteBuffer source) {
    if (!reserve(source.remaining())) {
      return false;
    }
    tail(source.remaining()).put(source);
    return true;
  }

  /** Makes room for {@code count} more bytes; false when the budget does not allow it. */
  boolean reserve(int count) {
    if (bytes.capacity() - bytes.limit() >= count) {
      return true;
    }
    int needed = bytes.remaining() + count;
    @Nullable ByteBuffer larger = pool.take(budget, Math.max(needed, 2 * bytes.remaining()));
    if (larger == null) {
      return false;
    }
    larger.put(bytes).flip();
    pool.give(budget, bytes);
    bytes = larger;
    return true;
  }

  /** A view of the next {@code count} reserved bytes, to be filled by the caller. */
  ByteBuffer tail(int count) {
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
      clear();
    }
  }

  /** Forgets everything. */
  void clear() {
    pool.give(budget, bytes);
    bytes = NOTHING;
  }
}
