// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import java.util.ArrayDeque;
import java.util.Deque;

/** One caller's place in the fair queue and what it has spent. */
@ReactorConfined
final class Account {
  final Deque<Request> queue = new ArrayDeque<>();

  /**
   * Tokens served so far, lifted when the caller comes back from idling; the least is served next.
   */
  long virtualTokens;

  long tokensUsed;
  long callsMade;
  int running;
  boolean abandoned;

  boolean isIdle() {
    return queue.isEmpty() && running == 0;
  }
}
