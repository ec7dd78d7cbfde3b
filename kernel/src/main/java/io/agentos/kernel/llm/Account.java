// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import java.util.Comparator;
import java.util.PriorityQueue;

/** One caller's place in the fair queue and what it has spent. */
@ReactorConfined
final class Account {
  /** By priority, and in the order they came. */
  final PriorityQueue<Request> queue =
      new PriorityQueue<>(
          Comparator.comparingInt((Request request) -> -request.priority)
              .thenComparingLong(request -> request.number));

  /**
   * Tokens served so far, lifted when the caller comes back from idling; the least is served next.
   */
  long virtualTokens;

  /** Of these, what calls under way are expected to cost. */
  long expectedTokens;

  long tokensUsed;
  long callsMade;
  int running;
  boolean abandoned;

  boolean isIdle() {
    return queue.isEmpty() && running == 0;
  }
}
