// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.wire.SyscallException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the agent that a request names, if the caller may act on it: operators on all, agents on
 * those they spawned.
 */
public final class Targets {
  private final Agents agents;

  public Targets(Agents agents) {
    this.agents = agents;
  }

  /** Exactly one of {@code id} and {@code name} must be given. */
  public Agent require(Caller caller, @Nullable Integer id, @Nullable String name)
      throws SyscallException {
    if ((id == null) == (name == null)) {
      throw SyscallException.invalid("exactly one of id and name must say which agent is meant");
    }
    Optional<Agent> found = name != null ? agents.find(name) : byId(id == null ? 0 : id);
    String shown = name != null ? "\"" + name + "\"" : String.valueOf(id);
    Agent agent = found.orElseThrow(() -> SyscallException.notFound("there is no agent " + shown));
    if (!visible(caller, agent)) {
      throw SyscallException.denied(
          "agent "
              + shown
              + " was not spawned by this agent; only its parent or an operator may do this");
    }
    return agent;
  }

  private Optional<Agent> byId(int id) {
    return id <= 0 ? Optional.empty() : agents.find(new AgentId(id));
  }

  /** Whether the caller may see and manage that agent. */
  public static boolean visible(Caller caller, Agent agent) {
    Agent self = caller.agent();
    return self == null || self == agent || agent.descendsFrom(self);
  }

  /** Refuses calls of an agent on itself. */
  public static void notSelf(Caller caller, Agent target, String advice) throws SyscallException {
    if (target == caller.agent()) {
      throw SyscallException.invalid("an agent can't do this to itself; " + advice);
    }
  }
}
