// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/**
 * Deadlines in order; cancelling one takes it out at once, so that cancelled ones hold no memory.
 */
@ReactorConfined
public final class Timers {
  static final long NEVER = Long.MAX_VALUE;

  private final PriorityQueue<Timer> queue = new PriorityQueue<>();
  private long sequence;

  /** A task that runs once at its deadline. */
  public final class Timer implements Comparable<Timer> {
    private final long deadlineNanos;
    private final long order;
    private final Runnable task;

    private Timer(long deadlineNanos, long order, Runnable task) {
      this.deadlineNanos = deadlineNanos;
      this.order = order;
      this.task = task;
    }

    /** Makes sure that the task does not run (again); harmless afterwards. */
    public void cancel() {
      queue.remove(this);
    }

    @Override
    public int compareTo(Timer other) {
      int byTime = Long.compare(deadlineNanos - other.deadlineNanos, 0);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(order);
    }
  }

  Timer schedule(Duration delay, Runnable task) {
    Timer timer = new Timer(System.nanoTime() + Math.max(0, delay.toNanos()), sequence++, task);
    queue.add(timer);
    return timer;
  }

  /**
   * Rounded up, so that the loop does not wake just before a deadline and spin; {@link #NEVER}
   * without timers.
   */
  long millisToNext() {
    Timer next = queue.peek();
    if (next == null) {
      return NEVER;
    }
    long nanos = next.deadlineNanos - System.nanoTime();
    return nanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
  }

  void runDue() {
    long now = System.nanoTime();
    while (true) {
      Timer next = queue.peek();
      if (next == null || next.deadlineNanos - now > 0) {
        return;
      }
      queue.poll();
      Reactor.guarded(next.task);
    }
  }
}
