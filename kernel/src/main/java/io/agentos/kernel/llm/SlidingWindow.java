// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import java.util.Arrays;

/**
 * A limit on how much may pass in any span of time, wherever that span begins: not just between two
 * full minutes, which would let twice as much pass around each. What passed is kept in buckets,
 * each of which counts until all of it is older than the span; so up to a bucket's length of the
 * rate is lost, and never anything gained.
 */
final class SlidingWindow {
  private final long limit;
  private final long bucketMillis;
  private final long[] amounts;

  /** Which bucket since the epoch of the clock each place holds. */
  private final long[] indices;

  private long used;
  private long newest = Long.MIN_VALUE;

  /**
   * A window without a past.
   *
   * @param buckets the more, the less of the rate is lost
   */
  SlidingWindow(long limit, long spanMillis, int buckets) {
    this.limit = limit;
    this.bucketMillis = spanMillis / buckets;
    // One more than the span has: the oldest is only partly within it.
    this.amounts = new long[buckets + 1];
    this.indices = new long[buckets + 1];
    Arrays.fill(indices, Long.MIN_VALUE);
  }

  long limit() {
    return limit;
  }

  /** What counts at that moment. Time never goes back: an earlier moment counts as the latest. */
  long used(long now) {
    advance(now);
    return used;
  }

  /**
   * How long until {@code amount} more may pass; 0 when it may now. What is more than the limit may
   * pass when nothing else counts.
   */
  long waitMillis(long now, long amount) {
    advance(now);
    long room = limit - Math.min(amount, limit);
    if (used <= room) {
      return 0;
    }
    long rest = used;
    for (long index = newest - amounts.length + 1; index <= newest; index++) {
      int place = place(index);
      if (indices[place] == index) {
        rest -= amounts[place];
        if (rest <= room) {
          return Math.max(1, (index + amounts.length) * bucketMillis - now);
        }
      }
    }
    return bucketMillis * amounts.length;
  }

  void add(long now, long amount) {
    advance(now);
    put(newest, amount);
  }

  /** Corrects what was added at that moment, unless it counts no longer. */
  void correct(long addedAt, long difference) {
    int place = place(bucket(addedAt));
    if (indices[place] == bucket(addedAt)) {
      long corrected = Math.max(0, amounts[place] + difference);
      used += corrected - amounts[place];
      amounts[place] = corrected;
    }
  }

  /** Which bucket a moment falls in, as {@link #restore} wants it. */
  long bucket(long moment) {
    return Math.floorDiv(moment, bucketMillis);
  }

  /** What a bucket holds. */
  long held(long bucket) {
    int place = place(bucket);
    return indices[place] == bucket ? amounts[place] : 0;
  }

  /** Puts back what a bucket held in an earlier life of the kernel. */
  void restore(long bucket, long amount, long now) {
    advance(now);
    if (bucket <= newest && bucket > newest - amounts.length) {
      put(bucket, amount);
    }
  }

  private void put(long bucket, long amount) {
    int place = place(bucket);
    if (indices[place] != bucket) {
      indices[place] = bucket;
      amounts[place] = 0;
    }
    amounts[place] += amount;
    used += amount;
  }

  private void advance(long now) {
    long current = bucket(now);
    if (current <= newest) {
      return;
    }
    for (int place = 0; place < amounts.length; place++) {
      if (indices[place] <= current - amounts.length && amounts[place] != 0) {
        used -= amounts[place];
        amounts[place] = 0;
      }
    }
    newest = current;
  }

  private int place(long index) {
    return Math.floorMod(index, amounts.length);
  }
}
