// SPDX-License-Identifier: MIT
package io.agentos.llm.provider;

import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Replies;
import io.agentos.llm.wire.Request;
import java.time.Duration;

/** What answers requests: the providers themselves, or a record of what they once said. */
public interface Backend {
  /** What can be asked. */
  Replies.Choice choice();

  /** Takes a request; called by one thread, in the order of arrival. */
  Job accept(Request.Generate request);

  /** A request on its way. */
  interface Job {
    /** Blocks until the answer is complete, has failed, or the call has ended. */
    Answered run(Call call) throws FailureException;
  }

  /**
   * An answer and whose it is.
   *
   * @param latency between the arrival of the request and the end of the answer
   */
  record Answered(String provider, Answer answer, Duration latency) {}
}
