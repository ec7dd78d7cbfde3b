// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentRun;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.agent.ExitRecord;
import io.agentos.kernel.agent.LlmWait;
import io.agentos.kernel.sandbox.Consumption;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Offload;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  /** One agent; memory in bytes, times in milliseconds. */
  public record Row(
      int id,
      String name,
      int pid,
      String state,
      boolean running,
      boolean sandboxed,
      long uptimeMs,
      @Nullable Integer parent,
      int restarts,
      @Nullable Integer exitCode,
      @Nullable String exitReason,
      @Nullable String detail,
      String level,
      long memoryCurrent,
      long memoryPeak,
      @Nullable Long memoryLimit,
      long cpuMs,
      @Nullable Double cpuLimit,
      int pids,
      boolean waiting) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  /** What the reactor knows; the rest is read from the system by a worker. */
  private record Snapshot(Row row, @Nullable Consumption consumption) {}

  @Override
  public void handle(Caller caller, Request request, Reply<JsonNode> reply)
      throws SyscallException {
    List<Snapshot> snapshots =
        agents.all().stream()
            .filter(agent -> Targets.visible(caller, agent))
            .map(ListAgents::snapshot)
            .toList();
    offload.run(
        () -> Json.tree(snapshots.stream().map(ListAgents::measured).toList()),
        reply::succeed,
        reply::fail);
  }

  private static Snapshot snapshot(Agent agent) {
    Optional<AgentRun> run = agent.run();
    Optional<ExitRecord> exit = agent.exit();
    Row row =
        new Row(
            agent.id().value(),
            agent.name(),
            run.map(AgentRun::pid).orElse(0),
            agent.state().wireName(),
            !agent.state().isFinal(),
            agent.spec().sandboxed(),
            run.map(AgentRun::uptimeMillis).orElse(0L),
            agent.parent().map(parent -> parent.id().value()).orElse(null),
            agent.restartCount(),
            exit.map(ExitRecord::exitCode).orElse(null),
            exit.map(e -> e.reason().wireName()).orElse(null),
            exit.map(ExitRecord::detail).orElse(null),
            agent.permissions().level(),
            0,
            exit.map(e -> e.usage().memoryPeak()).orElse(0L),
            agent.spec().limits().memoryBytes(),
            exit.map(e -> e.usage().cpuMs()).orElse(0L),
            agent.spec().limits().cpuCores(),
            0,
            agent.llmWait().filter(LlmWait::isFrozen).isPresent());
    return new Snapshot(row, run.flatMap(AgentRun::consumption).orElse(null));
  }

  private static Row measured(Snapshot snapshot) {
    Row row = snapshot.row;
    if (snapshot.consumption == null) {
      return row;
    }
    Consumption.Reading now = snapshot.consumption.read();
    return new Row(
        row.id,
        row.name,
        row.pid,
        row.state,
        row.running,
        row.sandboxed,
        row.uptimeMs,
        row.parent,
        row.restarts,
        row.exitCode,
        row.exitReason,
        row.detail,
        row.level,
        now.memoryBytes(),
        now.memoryPeakBytes(),
        row.memoryLimit,
        now.cpuMillis(),
        row.cpuLimit,
        now.pids(),
        row.waiting);
  }
}
