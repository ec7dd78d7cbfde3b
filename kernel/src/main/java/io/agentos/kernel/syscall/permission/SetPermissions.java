// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.permission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.base.EventSink;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.SyscallException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Changes an agent's permissions from its next call on. An operator sets them; an agent can only
 * narrow its own and those of agents it spawned.
 */
public final class SetPermissions implements Syscall.Inline<SetPermissions.Request, ObjectNode> {
  private final Targets targets;
  private final Llm llm;
  private final EventSink events;

  public SetPermissions(Agents agents, Llm llm, EventSink events) {
    this.targets = new Targets(agents);
    this.llm = llm;
    this.events = events;
  }

  /**
   * {@code agentId} absent: the caller itself. At least one of {@code level} and {@code
   * permissions}.
   */
  public record Request(
      @Nullable Integer agentId,
      @Nullable PermissionLevel level,
      @Nullable PermissionSpec permissions) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public ObjectNode handle(Caller caller, Request request) throws SyscallException {
    Agent agent = target(caller, request.agentId());
    PermissionSpec spec = spec(request);
    Optional<String> excess =
        caller.isUnrestricted() ? Optional.empty() : agent.permissions().exceeds(spec);
    if (excess.isPresent()) {
      throw SyscallException.denied(
          excess.get()
              + " would give agent "
              + agent.id()
              + " more than it has; only an operator without a level can widen");
    }
    try {
      Permissions changed =
          caller.isUnrestricted() ? granted(agent, spec) : agent.permissions().narrowedBy(spec);
      refuseUnguarded(agent, changed);
      agent.setPermissions(changed);
      events.happened(
          "permissions.changed",
          Optional.of(agent.id()),
          () -> Map.of("name", agent.name(), "level", changed.level(), "by", caller.shown()));
      return PermissionsView.of(changed, llm.spent(agent.id()));
    } catch (IllegalArgumentException e) {
      throw SyscallException.invalid("permissions: " + e.getMessage());
    }
  }

  private static void refuseUnguarded(Agent agent, Permissions changed) throws SyscallException {
    if (!agent.spec().sandboxed() && !changed.secrets().names().isEmpty()) {
      throw SyscallException.invalid(
          "permissions.secrets needs a sandbox: agent "
              + agent.id()
              + " has none, and could read the kernel's own memory");
    }
  }

  /** Without a level, an operator's fields change the level that the agent has. */
  private static Permissions granted(Agent agent, PermissionSpec spec) {
    return Permissions.grant(spec, PermissionLevel.of(agent.permissions().level()));
  }

  private Agent target(Caller caller, @Nullable Integer id) throws SyscallException {
    if (id != null) {
      return targets.require(caller, id, null);
    }
    if (caller.agent() == null) {
      throw SyscallException.invalid(
          "an operator's own permissions can't be changed; give agent_id");
    }
    return caller.agent();
  }

  private static PermissionSpec spec(Request request) throws SyscallException {
    if (request.level() == null && request.permissions() == null) {
      throw SyscallException.invalid("SET_PERMS needs level or permissions");
    }
    PermissionSpec spec =
        request.permissions() == null ? PermissionSpec.EMPTY : request.permissions();
    if (request.level() != null && spec.level() != null && request.level() != spec.level()) {
      throw SyscallException.invalid("level and permissions.level differ; give one");
    }
    return request.level() == null ? spec : spec.at(request.level());
  }
}
