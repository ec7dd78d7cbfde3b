// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Offload;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/** Measures one agent; an agent that names none, itself. */
public final class MetricsAgent implements Syscall.Deferred<MetricsAgent.Request, ObjectNode> {
  private final Targets targets;
  private final Postboxes postboxes;
  private final Llm llm;
  private final Offload offload;

  public MetricsAgent(Agents agents, Postboxes postboxes, Llm llm, Offload offload) {
    this.targets = new Targets(agents);
    this.postboxes = postboxes;
    this.llm = llm;
    this.offload = offload;
  }

  /** One of the two. */
  public record Request(@Nullable Integer id, @Nullable String name) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<ObjectNode> reply)
      throws SyscallException {
    Agent self = caller.agent();
    boolean named = request.id() != null || request.name() != null;
    Agent agent =
        self != null && !named ? self : targets.require(caller, request.id(), request.name());
    AgentMetrics metrics = AgentMetrics.of(agent, postboxes, llm);
    offload.run(
        () -> metrics.measured().set("bounds_ms", Json.tree(CallCounts.BOUNDS_MS)),
        reply::succeed,
        reply::fail);
  }
}
