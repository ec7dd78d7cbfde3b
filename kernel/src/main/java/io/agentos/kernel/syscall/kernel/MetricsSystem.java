// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.kernel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentState;
import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.metric.ConnectionCounts;
import io.agentos.kernel.metric.HostFigures;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.CallsView;
import io.agentos.kernel.syscall.Services;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.util.Map;
import java.util.TreeMap;

/** Measures the kernel as a whole, for operators. */
public final class MetricsSystem implements Syscall.Deferred<MetricsSystem.Request, ObjectNode> {
  private final Services services;

  public MetricsSystem(Services services) {
    this.services = services;
  }

  /** No fields. */
  public record Request() {}

  /**
   * What the reactor knows; counts are since the kernel started.
   *
   * @param agents how many are in each state, ended ones as long as they are kept
   * @param ends how many runs ended for what
   * @param events how often what the kernel tells has happened
   */
  public record Response(
      String version,
      Map<String, Long> agents,
      Map<String, Long> ends,
      Connections connections,
      Map<String, Long> events) {}

  /** Of agents and operators. */
  public record Connections(int open, long accepted, long refused) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<ObjectNode> reply)
      throws SyscallException {
    if (!caller.isOperator()) {
      throw SyscallException.denied(
          "what the kernel as a whole does is for operators; METRICS_AGENT measures an agent");
    }
    ObjectNode node = (ObjectNode) Json.tree(response());
    node.set("llm", services.llm().view().totals());
    node.setAll((ObjectNode) Json.tree(CallsView.of(services.calls())));
    node.set("bounds_ms", Json.tree(CallCounts.BOUNDS_MS));
    services
        .offload()
        .run(
            () -> {
              node.set("kernel", Json.tree(HostFigures.kernel()));
              return node.<ObjectNode>set("host", Json.tree(HostFigures.host()));
            },
            reply::succeed,
            reply::fail);
  }

  private Response response() {
    Map<String, Long> states = new TreeMap<>();
    for (AgentState state : AgentState.values()) {
      states.put(state.wireName(), 0L);
    }
    for (Agent agent : services.agents().all()) {
      states.merge(agent.state().wireName(), 1L, Long::sum);
    }
    Map<String, Long> ends = new TreeMap<>();
    services.agents().ends().forEach((reason, count) -> ends.put(reason.wireName(), count));
    ConnectionCounts connections = services.connections();
    return new Response(
        services.config().version(),
        states,
        ends,
        new Connections(connections.open(), connections.accepted(), connections.refusals()),
        new TreeMap<>(services.events().happened()));
  }
}
