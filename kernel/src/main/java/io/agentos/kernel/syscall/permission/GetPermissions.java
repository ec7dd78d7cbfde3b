// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.permission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.permission.Explanation;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.Json;
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

  /**
   * {@code agentId} absent: the caller itself. {@code learned}: also what an agent that was started
   * to learn has used.
   */
  public record Request(
      @Nullable Integer agentId, @Nullable Question explain, @Nullable Boolean learned) {}

  /** A call that is not made: see {@link Explanation#of}. */
  public record Question(@Nullable String call, @Nullable String target) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public ObjectNode handle(Caller caller, Request request) throws SyscallException {
    boolean own = request.agentId() == null || request.agentId() == caller.id().value();
    Agent agent = own ? caller.agent() : targets.require(caller, request.agentId(), null);
    AgentId id = agent == null ? caller.id() : agent.id();
    Permissions permissions = agent == null ? caller.permissions() : agent.permissions();
    ObjectNode view = view(permissions, llm.spent(id), request.explain());
    if (Boolean.TRUE.equals(request.learned())) {
      view.set("learned", LearnedView.of(agent == null ? Learned.NOTHING : agent.learned()));
    }
    return view;
  }

  private static ObjectNode view(
      Permissions permissions, Llm.Spent spent, @Nullable Question question)
      throws SyscallException {
    ObjectNode view = PermissionsView.of(permissions, spent);
    if (question != null) {
      String call = question.call();
      String target = question.target();
      if (call == null || target == null) {
        throw SyscallException.invalid("explain needs call and target");
      }
      try {
        view.set("explanation", Json.tree(Explanation.of(permissions, call, target)));
      } catch (IllegalArgumentException e) {
        throw SyscallException.invalid("explain: " + e.getMessage());
      }
    }
    return view;
  }
}
