// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what will become true, by asking again and again: never for a time to pass. */
public final class Until {
  private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long PATIENCE_SECONDS = 30;

  private Until() {}

  /** Returns as soon as the condition holds; fails, naming it, if it does not become so. */
  public static void holds(String what, Callable<Boolean> condition) {
    holds(what, PATIENCE_SECONDS, condition);
  }

  /** As {@link #holds(String, Callable)}, with a bound of one's own. */
  public static void holds(String what, long patienceSeconds, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
    while (!check(condition)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("within " + patienceSeconds + " s it did not happen that " + what);
      }
      LockSupport.parkNanos(BETWEEN_NANOS);
    }
  }

  private static boolean check(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
