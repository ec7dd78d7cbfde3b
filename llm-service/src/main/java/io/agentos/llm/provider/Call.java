// SPDX-License-Identifier: MIT
package io.agentos.llm.provider;

import io.agentos.llm.wire.FailureException;
import java.time.Duration;

/** One request as its provider sees it: it may end early, and whoever works for it has to stop. */
public interface Call {
  /** Which call of its caller this is, in the order in which they arrived; the first is 1. */
  int number();

  /** Whether the pieces of the answer are wanted as they come. */
  boolean streaming();

  /**
   * Says that from now on the provider may have got the request; throws when the request has ended,
   * so that one that ended unsent stays so.
   */
  void sending() throws FailureException;

  /** Passes on a piece of the answer; throws when the request has ended meanwhile. */
  void delta(String content) throws FailureException;

  /** Whether nobody waits for the answer any more: cancelled, out of time. */
  boolean ended();

  /** Has something done when the request ends, from another thread; at once if it has ended. */
  void onEnd(Runnable action);

  /** Waits for so long, or until the request ends; tells whether it has. */
  boolean awaitEnd(Duration duration);

  /** How long ago the request arrived. */
  Duration elapsed();

  /** The time that the request was given. */
  Duration timeout();
}
