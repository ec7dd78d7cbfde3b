// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.List;

/** Measures all living agents that the caller may see, oldest first. */
public final class MetricsAll implements Syscall.Deferred<MetricsAll.Request, ObjectNode> {
  private final Agents agents;
  private final Postboxes postboxes;
  private final Llm llm;
  private final Offload offload;

  public MetricsAll(Agents agents, Postboxes postboxes, Llm llm, Offload offload) {
    this.agents = agents;
    this.postboxes = postboxes;
    this.llm = llm;
    this.offload = offload;
  }

  /** No fields. */
  public record Request() {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<ObjectNode> reply)
      throws SyscallException {
    List<AgentMetrics> all =
        agents.all().stream()
            .filter(agent -> !agent.state().isFinal() && Targets.visible(caller, agent))
            .map(agent -> AgentMetrics.of(agent, postboxes, llm))
            .toList();
    offload.run(
        () -> {
          ObjectNode answer = Json.object();
          ArrayNode rows = answer.putArray("agents");
          all.forEach(metrics -> rows.add(metrics.measured()));
          return answer.set("bounds_ms", Json.tree(CallCounts.BOUNDS_MS));
        },
        reply::succeed,
        reply::fail);
  }
}
