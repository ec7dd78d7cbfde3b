// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/** Lets a paused agent run on. */
public final class Resume implements Syscall.Inline<Resume.Request, Resume.Response> {
  private final Agents agents;
  private final Targets targets;

  public Resume(Agents agents) {
    this.agents = agents;
    this.targets = new Targets(agents);
  }

  /** Exactly one of the two. */
  public record Request(@Nullable Integer id, @Nullable String name) {}

  /** Which agent it was. */
  public record Response(boolean resumed, int agentId) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    Agent agent = targets.require(caller, request.id(), request.name());
    Targets.notSelf(caller, agent, "its parent or an operator can");
    agents.resume(agent);
    return new Response(true, agent.id().value());
  }
}
