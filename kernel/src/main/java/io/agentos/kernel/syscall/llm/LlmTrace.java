// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.llm;

import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.llm.Trace;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells why the latest LLM requests went when they did, and what became of them. */
public final class LlmTrace implements Syscall.Inline<LlmTrace.Request, LlmTrace.Response> {
  private static final int DEFAULT = 20;
  private static final int MOST = 200;

  private final Llm llm;
  private final Targets targets;

  public LlmTrace(Llm llm, Agents agents) {
    this.llm = llm;
    this.targets = new Targets(agents);
  }

  /** Those of one agent, or of all that the caller may see; the latest {@code limit} of them. */
  public record Request(@Nullable String name, @Nullable Integer id, @Nullable Integer limit) {}

  /** Oldest first. */
  public record Response(List<Trace.Story> requests) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    int limit = request.limit() == null ? DEFAULT : request.limit();
    if (limit < 1 || limit > MOST) {
      throw SyscallException.invalid("limit must be 1 to " + MOST + ", was " + limit);
    }
    Optional<AgentId> of =
        request.name() == null && request.id() == null
            ? Optional.empty()
            : Optional.of(targets.require(caller, request.id(), request.name()).id());
    Optional<AgentId> eyes = caller.isOperator() ? Optional.empty() : Optional.of(caller.id());
    return new Response(llm.view().decisions(eyes, of, limit));
  }
}
