// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import io.agentos.kernel.base.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Memory that connections hold while a frame or an answer is incomplete, and give back for the next
 * one. Without it a few busy clients with large frames make garbage faster than a small heap is
 * collected.
 */
@ReactorConfined
final class BufferPool {
  private static final int SMALLEST_BITS = 12;
  private static final int LARGEST_BITS = 20;

  /** By power of two. */
  private final ArrayDeque<ByteBuffer>[] free = newQueues();

  private long keptBytes;

  @SuppressWarnings({"unchecked", "rawtypes"}) // there are no generic arrays
  private static ArrayDeque<ByteBuffer>[] newQueues() {
    ArrayDeque<ByteBuffer>[] queues = new ArrayDeque[LARGEST_BITS - SMALLEST_BITS + 1];
    for (int i = 0; i < queues.length; i++) {
      queues[i] = new ArrayDeque<>();
    }
    return queues;
  }

  /**
   * A cleared little-endian buffer of at least that capacity; null when the budget does not allow
   * it.
   */
  @Nullable ByteBuffer take(Budget budget, int bytes) {
    int bits = bitsFor(bytes);
    int capacity = bits <= LARGEST_BITS ? 1 << bits : bytes;
    if (!budget.take(capacity)) {
      return null;
    }
    ByteBuffer kept = bits <= LARGEST_BITS ? free[bits - SMALLEST_BITS].poll() : null;
    if (kept == null) {
      return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
    keptBytes -= capacity;
    return kept.clear();
  }

  /** Gives back what {@link #take} gave, or a buffer of no capacity; the caller must forget it. */
  void give(Budget budget, ByteBuffer buffer) {
    int capacity = buffer.capacity();
    budget.give(capacity);
    int bits = bitsFor(capacity);
    if (bits <= LARGEST_BITS && keptBytes + capacity <= Limits.POOLED_BYTES) {
      keptBytes += capacity;
      free[bits - SMALLEST_BITS].push(buffer);
    }
  }

  /** The exponent of the smallest power of two that holds so many bytes; 32 for none. */
  private static int bitsFor(int bytes) {
    return Math.max(SMALLEST_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1));
  }
}
