// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentRun;
import io.agentos.kernel.agent.ExitRecord;
import io.agentos.kernel.agent.LlmWait;
import io.agentos.kernel.sandbox.Consumption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One agent; memory in bytes, times in milliseconds. */
record AgentRow(
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
    boolean waiting) {
  /** What the reactor knows of one; the rest is read from the system by a worker. */
  record Snapshot(AgentRow row, @Nullable Consumption consumption) {
    AgentRow measured() {
      if (consumption == null) {
        return row;
      }
      Consumption.Reading now = consumption.read();
      return new AgentRow(
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

  static Snapshot of(Agent agent) {
    Optional<AgentRun> run = agent.run();
    Optional<ExitRecord> exit = agent.exit();
    AgentRow row =
        new AgentRow(
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
}
