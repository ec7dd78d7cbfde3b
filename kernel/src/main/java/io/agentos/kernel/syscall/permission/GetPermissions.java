// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.permission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/** Shows what the caller, or an agent it manages, may do. */
public final class GetPermissions implements Syscall.Inline<GetPermissions.Request, ObjectNode> {
  private final Targets targets;
  private final Llm llm;

  public GetPermissions(Agents agents, Llm llm) {
    this.targets = new Targets(agents);
    this.llm = llm;
  }

  /** Absent: the caller itself. */
  public record Request(@Nullable Integer agentId) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public ObjectNode handle(Caller caller, Request request) throws SyscallException {
    if (request.agentId() == null || request.agentId() == caller.id().value()) {
      return PermissionsView.of(caller.permissions(), llm.spent(caller.id()));
    }
    Agent agent = targets.require(caller, request.agentId(), null);
    return PermissionsView.of(agent.permissions(), llm.spent(agent.id()));
  }
}
