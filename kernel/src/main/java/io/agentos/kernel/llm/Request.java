// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.reactor.ReactorConfined;

/** One THINK from submission to answer. */
@ReactorConfined
public final class Request {
  /** Tokens that an answer is expected to cost before it is known; corrected when it is. */
  private static final int EXPECTED_ANSWER_TOKENS = 256;

  private static final int CHARACTERS_PER_TOKEN = 4;

  final Account account;

  /** The request as JSON, without id and op: as a tree it would take many times the memory. */
  final byte[] body;

  final int priority;

  /** Counts all requests of one kernel. */
  final long number;

  final LlmQuota quota;
  final Llm.Listener listener;
  final long submittedNanos = System.nanoTime();
  final long expectedTokens;
  long startedNanos;
  int id;
  int heldBytes;
  boolean retried;

  /** Part of the answer is out: asking again would repeat it. */
  boolean streamed;

  boolean over;

  Request(
      Account account,
      byte[] body,
      int priority,
      long number,
      LlmQuota quota,
      Llm.Listener listener,
      int promptCharacters) {
    this.account = account;
    this.priority = priority;
    this.number = number;
    this.body = body;
    this.heldBytes = body.length;
    this.quota = quota;
    this.listener = listener;
    this.expectedTokens = (long) promptCharacters / CHARACTERS_PER_TOKEN + EXPECTED_ANSWER_TOKENS;
  }

  long queuedMillis() {
    return (startedNanos - submittedNanos) / 1_000_000;
  }
}
