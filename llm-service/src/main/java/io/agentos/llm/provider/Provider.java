// SPDX-License-Identifier: MIT
package io.agentos.llm.provider;

import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Prompt;

/** Something that answers prompts. It is asked from many threads at once and never retries. */
public interface Provider {
  /** Blocks until the answer is complete, has failed, or the call has ended. */
  Answer generate(Prompt prompt, Call call) throws FailureException;
}
