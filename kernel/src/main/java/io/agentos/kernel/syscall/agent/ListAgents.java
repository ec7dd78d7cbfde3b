// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Offload;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;

/**
 * Lists agents, oldest first, with what they use now: all for an operator, for an agent itself and
 * those it spawned. Answers with a bare array.
 */
public final class ListAgents implements Syscall.Deferred<ListAgents.Request, JsonNode> {
  private final Agents agents;
  private final Offload offload;

  public ListAgents(Agents agents, Offload offload) {
    this.agents = agents;
    this.offload = offload;
  }

  /** No fields. */
  public record Request() {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<JsonNode> reply)
      throws SyscallException {
    List<AgentRow.Snapshot> snapshots =
        agents.all().stream()
            .filter(agent -> Targets.visible(caller, agent))
            .map(AgentRow::of)
            .toList();
    offload.run(
        () -> Json.tree(snapshots.stream().map(AgentRow.Snapshot::measured).toList()),
        reply::succeed,
        reply::fail);
  }
}
