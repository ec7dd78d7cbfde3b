// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import java.util.Optional;

/** Tells how the LLM is shared now: all of it to operators, to an agent what is its own. */
public final class LlmStatus implements Syscall.Inline<LlmStatus.Request, ObjectNode> {
  private final Llm llm;

  public LlmStatus(Llm llm) {
    this.llm = llm;
  }

  /** Nothing is asked. */
  public record Request() {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public ObjectNode handle(Caller caller, Request request) {
    return llm.view().status(caller.isOperator() ? Optional.empty() : Optional.of(caller.id()));
  }
}
