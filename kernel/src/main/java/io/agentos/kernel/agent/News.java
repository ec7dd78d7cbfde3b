// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.EventSink;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is told of agents to those who asked to hear of it. */
final class News {
  private final EventSink events;
  private final Map<ExitReason, Long> ends = new EnumMap<>(ExitReason.class);

  News(EventSink events) {
    this.events = events;
  }

  void started(AgentRun run) {
    int restarts = run.agent().restarts().total();
    tell(run.agent(), "agent.started", Map.of("pid", run.pid(), "restarts", restarts));
  }

  /** A run has ended; the state says whether there will be another. */
  void ended(Agent agent, ExitRecord exit) {
    ends.merge(exit.reason(), 1L, Long::sum);
    Map<String, Object> end = new LinkedHashMap<>();
    end.put("exit_reason", exit.reason().wireName());
    end.put("exit_code", exit.exitCode());
    end.put("detail", exit.detail());
    tell(agent, "agent.ended", end);
  }

  /** How many runs ended for what. */
  Map<ExitReason, Long> ends() {
    return Map.copyOf(ends);
  }

  void paused(Agent agent) {
    tell(agent, "agent.paused", Map.of());
  }

  void resumed(Agent agent) {
    tell(agent, "agent.resumed", Map.of());
  }

  private void tell(Agent agent, String type, Map<String, Object> more) {
    events.happened(
        type,
        Optional.of(agent.id()),
        () -> {
          Map<String, Object> data = new LinkedHashMap<>();
          data.put("name", agent.name());
          data.put("state", agent.state().wireName());
          data.putAll(more);
          return data;
        });
  }
}
