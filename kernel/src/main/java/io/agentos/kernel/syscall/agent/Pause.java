// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/** Stops all processes of an agent; they keep their memory and use no CPU until RESUME. */
public final class Pause implements Syscall.Inline<Pause.Request, Pause.Response> {
  private final Agents agents;
  private final Targets targets;

  public Pause(Agents agents) {
    this.agents = agents;
    this.targets = new Targets(agents);
  }

  /** Exactly one of the two. */
  public record Request(@Nullable Integer id, @Nullable String name) {}

  /** Which agent it was. */
  public record Response(boolean paused, int agentId) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    Agent agent = targets.require(caller, request.id(), request.name());
    Targets.notSelf(caller, agent, "its parent or an operator can");
    agents.pause(agent);
    return new Response(true, agent.id().value());
  }
}
