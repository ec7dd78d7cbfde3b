// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import java.time.Duration;

/**
 * Keeps requests from a model that fails: after some failures in a row none goes there for a while,
 * then one does, which decides about the others.
 */
final class Breaker {
  static final int FAILURES = 5;
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int MOST_DOUBLINGS = 8;

  private int failures;
  private int openings;
  private long openUntil = Long.MIN_VALUE;
  private boolean probing;
  private String lastFailure = "";

  /** Whether a request may go there now. */
  boolean admits(long now) {
    return failures < FAILURES || (now >= openUntil && !probing);
  }

  /** How long none may; 0 when one may now, or one is under way that decides. */
  long waitMillis(long now) {
    return isOpen() ? Math.max(0, openUntil - now) : 0;
  }

  boolean isOpen() {
    return failures >= FAILURES;
  }

  String lastFailure() {
    return lastFailure;
  }

  /** A request goes there. */
  void begun() {
    probing = failures >= FAILURES;
  }

  void succeeded() {
    failures = 0;
    openings = 0;
    probing = false;
  }

  /** It ended without saying anything about the model: cancelled, or refused for its own sake. */
  void undecided() {
    probing = false;
  }

  /** Whether this failure is the one that opens it, or keeps it open. */
  boolean failed(long now, String why) {
    lastFailure = why;
    if (isOpen() && !probing) {
      return false; // one that was under way when it opened
    }
    probing = false;
    failures = Math.min(failures + 1, FAILURES);
    if (failures < FAILURES) {
      return false;
    }
    long pause = FIRST.toMillis() << Math.min(openings, MOST_DOUBLINGS);
    openings++;
    openUntil = now + Math.min(LONGEST.toMillis(), pause);
    return true;
  }
}
