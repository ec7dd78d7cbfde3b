// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.sandbox.View;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, as the socket tells it: an agent (its own listener) or an operator (the main
 * socket).
 *
 * @param id the agent's id, or the operator connection's own
 * @param role what it is
 * @param origin who an operator is to the system, such as {@code uid 1000}; empty for an agent
 * @param agent absent for an operator
 * @param permissions as they stand when the call is admitted
 * @param view the files it sees, with its rights
 * @param name what others see as sender; empty for an operator that registered none
 */
public record Caller(
    AgentId id,
    Role role,
    String origin,
    @Nullable Agent agent,
    Permissions permissions,
    View view,
    String name) {
  /** An agent. */
  public static Caller of(Agent agent, View view, String name) {
    return new Caller(agent.id(), Role.AGENT, "", agent, agent.permissions(), view, name);
  }

  public boolean isOperator() {
    return agent == null;
  }

  /** An operator that no level limits: it alone may give what it does not have itself. */
  public boolean isUnrestricted() {
    return agent == null && permissions.level().equals(PermissionLevel.UNRESTRICTED.wireName());
  }

  /** Who is written down: an agent's name, or an operator's user and the name it registered. */
  public String shown() {
    return agent != null ? name : name.isEmpty() ? origin : origin + " (" + name + ")";
  }

  /**
   * What it may do now; for any thread. Whatever waited for its turn is judged by this: it may have
   * been narrowed meanwhile.
   */
  public Permissions now() {
    return agent == null ? permissions : agent.permissions();
  }

  /** Where its uses are noted, if they are. */
  public Learned learned() {
    return agent == null ? Learned.NOTHING : agent.learned();
  }

  /** The calling agent, or a refusal for operators. */
  public Agent requireAgent(String call) throws SyscallException {
    if (agent == null) {
      throw SyscallException.invalid(call + " is for agents; this is an operator's connection");
    }
    return agent;
  }
}
