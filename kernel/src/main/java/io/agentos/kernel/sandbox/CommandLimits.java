// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.posix.Sys;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of one command that runs inside an agent's: a group of its own in the agent's group,
 * so that a command that runs out of memory ends without the agent. {@link #prepare} and {@link
 * #release} are for threads that may wait.
 */
public final class CommandLimits {
  /** Among the processes of one agent the system ends a command's first; its scale ends at 1000. */
  private static final String FIRST_TO_GO = "1000";

  private final Enforcement.Prepared agent;
  private final ResourceLimits own;
  private final Set<String> controllers;
  private final LimitMonitor monitor;
  private final String name;
  private @Nullable Cgroup cgroup;
  private @Nullable SandboxProcess agentProcess;
  private @Nullable SandboxProcess process;
  private volatile boolean outOfMemory;

  CommandLimits(
      Enforcement.Prepared agent,
      ResourceLimits own,
      Set<String> controllers,
      LimitMonitor monitor,
      String name) {
    this.agent = agent;
    this.own = own;
    this.controllers = controllers;
    this.monitor = monitor;
    this.name = name;
  }

  /** Makes the group, where there are groups, and adds what the plan needs. */
  public void prepare(SandboxPlan plan) throws IOException {
    plan.with("--oom-score", FIRST_TO_GO);
    Optional<Cgroup> parent = agent.cgroup();
    if (parent.isPresent()) {
      cgroup = parent.get().child(name);
      plan.with("--cgroup", cgroup.directory());
    }
    if (cgroup != null && controllers.contains("memory")) {
      cgroup.set("memory.oom.group", "1");
      if (own.memoryBytes() != null) {
        cgroup.set("memory.max", own.memoryBytes().toString());
      }
    }
    pids(plan);
  }

  private void pids(SandboxPlan plan) throws IOException {
    Integer most = own.maxPids();
    if (most != null && cgroup != null && controllers.contains("pids")) {
      cgroup.set("pids.max", String.valueOf(most + 1)); // its first process, which is ours
      return;
    }
    if (most == null && "rlimit".equals(agent.enforcedBy().get("max_pids"))) {
      most = agent.limits().maxPids(); // rlimits are each process's own: it would have none
    }
    if (most != null) {
      plan.with("--rlimit", "nproc", Math.min(most + 1, Sys.hardLimit(Sys.RLIMIT_NPROC)));
    }
  }

  /** The command runs: from now on it is watched, where no controller does that. */
  public void started(SandboxProcess agentProcess, SandboxProcess process, int pid) {
    this.agentProcess = agentProcess;
    this.process = process;
    ProcessTree tree = new ProcessTree(cgroup, pid, /* sandboxed= */ false);
    monitor.addCommand(agentProcess, process, tree, () -> outOfMemory = true);
    if (own.memoryBytes() != null && !controllers.contains("memory")) {
      monitor.add(
          new ResourceLimits(own.memoryBytes(), null, null, null, null, null),
          tree,
          process,
          new Freezer(cgroup, process),
          /* thrashing= */ null,
          () -> outOfMemory = true);
    }
  }

  /**
   * Ends the command with all it started; by its group also while its agent is paused, when the
   * command's own supervisor is frozen too.
   */
  public void kill(SandboxProcess running) {
    new ProcessTree(cgroup, /* first= */ 0, /* sandboxed= */ false).kill(running);
  }

  /** The command has ended: what it used, as far as anybody measured that. */
  public Enforcement.Used ended() {
    Enforcement.Used seen = new Enforcement.Used(0, 0);
    if (agentProcess != null && process != null) {
      monitor.removeCommand(agentProcess, process);
      seen = monitor.remove(process);
    }
    if (cgroup == null) {
      return seen;
    }
    outOfMemory |= cgroup.number("memory.events", "oom_kill").orElse(0L) > 0;
    return new Enforcement.Used(
        cgroup.number("memory.peak", "").orElse(seen.peakBytes()),
        cgroup.number("cpu.stat", "usage_usec").orElse(0L) / 1000);
  }

  /** Whether it was ended because there was no memory left for it. */
  public boolean outOfMemory() {
    return outOfMemory;
  }

  /** Ends what it left running, and removes the group. */
  public void release() throws IOException {
    if (cgroup != null) {
      cgroup.kill();
      cgroup.remove();
    }
  }
}
