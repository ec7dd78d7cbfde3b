// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.sandbox.Consumption;
import io.agentos.kernel.syscall.CallsView;
import io.agentos.kernel.wire.Json;
import java.util.Optional;

/**
 * What is measured of one agent: LIST's fields, and how its calls, its messages and its part of the
 * LLM stand.
 *
 * @param mailbox how many messages it has not taken
 * @param llm absent when it has asked nothing, or has ended
 */
record AgentMetrics(
    AgentRow.Snapshot agent, CallsView calls, int mailbox, Optional<ObjectNode> llm) {
  private static final Consumption.Standstill NEVER = new Consumption.Standstill(0, 0, 0);

  /** What the reactor knows of it. */
  static AgentMetrics of(Agent agent, Postboxes postboxes, Llm llm) {
    return new AgentMetrics(
        AgentRow.of(agent),
        CallsView.of(agent.calls()),
        postboxes.find(agent.id()).map(box -> box.mailbox().unread()).orElse(0),
        llm.view().share(agent.id()));
  }

  /** With what the system says; for workers. */
  ObjectNode measured() {
    ObjectNode node = (ObjectNode) Json.tree(agent.measured());
    Consumption consumption = agent.consumption();
    node.setAll((ObjectNode) Json.tree(consumption == null ? NEVER : consumption.standstill()));
    node.put("mailbox", mailbox);
    node.setAll((ObjectNode) Json.tree(calls));
    llm.ifPresent(share -> node.set("llm", share));
    return node;
  }
}
