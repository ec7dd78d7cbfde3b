// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.posix.Sys;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns limits into what enforces them on this host: cgroup v2 controllers, or else rlimits in the
 * plan and the {@link LimitMonitor}. Says which, per limit.
 */
public final class Enforcement {
  /**
   * RLIMIT_DATA is only the backstop of the monitor: room for what it takes to notice, then
   * allocation fails.
   */
  private static final long DATA_HEADROOM_BYTES = 1L << 30;

  /** When the host is short of memory agents go before the kernel, and commands before agents. */
  private static final int OOM_SCORE = 500;

  private static final int PERIOD_MICROS = 100_000;

  private final Optional<CgroupTree> tree;
  private final LimitMonitor monitor;
  private final boolean strict;

  /**
   * @param tree absent where there is no cgroup v2
   * @param strict refuse limits that the host's controllers can't hold, rather than fall back
   */
  public Enforcement(Optional<CgroupTree> tree, LimitMonitor monitor, boolean strict) {
    this.tree = tree;
    this.monitor = monitor;
    this.strict = strict;
  }

  /** Limits in force for one process tree, before it starts. */
  public static final class Prepared {
    private final ResourceLimits limits;
    private final @Nullable Cgroup cgroup;
    private final Map<String, String> enforcedBy = new TreeMap<>();
    private @Nullable Thrashing thrashing;
    private boolean monitored;

    private Prepared(ResourceLimits limits, @Nullable Cgroup cgroup) {
      this.limits = limits;
      this.cgroup = cgroup;
    }

    /**
     * By what each limit is enforced: {@code cgroup}, {@code monitor}, {@code rlimit}, {@code
     * timer}.
     */
    public Map<String, String> enforcedBy() {
      return enforcedBy;
    }

    public Optional<Cgroup> cgroup() {
      return Optional.ofNullable(cgroup);
    }

    public ResourceLimits limits() {
      return limits;
    }
  }

  /**
   * Makes the cgroup, where there is one, with its limits already written, and adds what the plan
   * needs.
   *
   * @param name unique among this kernel's groups
   */
  public Prepared prepare(String name, ResourceLimits limits, SandboxPlan plan) throws IOException {
    Cgroup cgroup = tree.isPresent() ? tree.get().create(name) : null;
    Prepared prepared = new Prepared(limits, cgroup);
    plan.with("--oom-score", OOM_SCORE);
    if (cgroup != null) {
      plan.with("--cgroup", cgroup.child("main").directory());
    }
    memory(prepared, plan);
    cpu(prepared);
    pids(prepared, plan);
    if (limits.nofile() != null) {
      plan.with("--rlimit", "nofile", Math.min(limits.nofile(), Sys.hardLimit(Sys.RLIMIT_NOFILE)));
      prepared.enforcedBy.put("nofile", "rlimit");
    }
    if (limits.wallTime() != null) {
      prepared.enforcedBy.put("wall_time", "timer");
    }
    return prepared;
  }

  private boolean has(String controller) {
    return controllers().contains(controller);
  }

  private Set<String> controllers() {
    return tree.map(CgroupTree::controllers).orElse(Set.of());
  }

  /**
   * The bounds of a command inside an agent's.
   *
   * @param own its memory and processes; other limits are the agent's alone
   * @param name unique among the commands of this kernel
   */
  public CommandLimits forCommand(Prepared agent, ResourceLimits own, String name) {
    return new CommandLimits(agent, own, controllers(), monitor, name);
  }

  private void memory(Prepared prepared, SandboxPlan plan) throws IOException {
    Long max = prepared.limits.memoryBytes();
    if (max == null) {
      return;
    }
    if (has("memory") && prepared.cgroup != null) {
      prepared.cgroup.set("memory.max", max.toString());
      prepared.cgroup.set("main/memory.oom.group", "1");
      setIfThere(prepared.cgroup, "memory.swap.max", "0");
      if (prepared.limits.memoryHighBytes() != null) {
        prepared.cgroup.set("memory.high", prepared.limits.memoryHighBytes().toString());
        prepared.enforcedBy.put("memory_high", "cgroup");
      }
      prepared.enforcedBy.put("memory", "cgroup");
      prepared.thrashing = new Thrashing(prepared.cgroup, max);
    } else {
      allowFallback("memory");
      plan.with("--rlimit", "data", max + DATA_HEADROOM_BYTES);
      prepared.monitored = true;
      prepared.enforcedBy.put("memory", "monitor");
      if (prepared.limits.memoryHighBytes() != null) {
        prepared.enforcedBy.put("memory_high", "nothing: needs the cgroup v2 memory controller");
      }
    }
  }

  private void cpu(Prepared prepared) throws IOException {
    Double cores = prepared.limits.cpuCores();
    if (cores == null) {
      return;
    }
    if (has("cpu") && prepared.cgroup != null) {
      prepared.cgroup.set("cpu.max", Math.round(cores * PERIOD_MICROS) + " " + PERIOD_MICROS);
      prepared.enforcedBy.put("cpu", "cgroup");
    } else {
      allowFallback("cpu");
      prepared.monitored = true;
      prepared.enforcedBy.put(
          "cpu", prepared.cgroup != null ? "monitor (cgroup.freeze)" : "monitor (SIGSTOP)");
    }
  }

  private void pids(Prepared prepared, SandboxPlan plan) throws IOException {
    Integer most = prepared.limits.maxPids();
    if (most == null) {
      return;
    }
    if (has("pids") && prepared.cgroup != null) {
      // The sandbox's own pid 1 counts too.
      prepared.cgroup.set("pids.max", String.valueOf(most + 1));
      prepared.enforcedBy.put("max_pids", "cgroup");
    } else {
      allowFallback("pids");
      plan.with("--rlimit", "nproc", Math.min(most + 1, Sys.hardLimit(Sys.RLIMIT_NPROC)));
      prepared.enforcedBy.put("max_pids", "rlimit");
    }
  }

  private void allowFallback(String controller) throws IOException {
    if (strict) {
      throw new IOException(
          "limits.strict is set and this host has no cgroup v2 controller " + controller);
    }
  }

  static void setIfThere(Cgroup cgroup, String file, String value) throws IOException {
    if (java.nio.file.Files.exists(cgroup.directory().resolve(file))) {
      cgroup.set(file, value);
    }
  }

  /**
   * Starts watching, if anything needs it; {@code onOom} is called on the reactor thread before the
   * kill.
   *
   * @return the handle that stops and continues the tree
   */
  public Freezer started(
      Prepared prepared, SandboxProcess process, ProcessTree tree, Runnable onOom) {
    Freezer freezer = new Freezer(prepared.cgroup, process);
    if (prepared.monitored || prepared.thrashing != null) {
      monitor.add(left(prepared), tree, process, freezer, prepared.thrashing, onOom);
    }
    return freezer;
  }

  /** Of memory and CPU, what no controller holds. */
  private static ResourceLimits left(Prepared prepared) {
    boolean held = "cgroup".equals(prepared.enforcedBy.get("cpu"));
    return new ResourceLimits(
        prepared.thrashing != null ? null : prepared.limits.memoryBytes(),
        null,
        held ? null : prepared.limits.cpuCores(),
        null,
        null,
        null);
  }

  /**
   * Whether the host's own OOM killer struck the agent itself, and not just one of its commands.
   */
  public boolean sawOom(Prepared prepared) {
    return prepared.cgroup != null
        && prepared.cgroup.number("main/memory.events", "oom_kill").orElse(0L) > 0;
  }

  /** Gives back what a tree that stands still can do without, where a controller can. May wait. */
  public void reclaim(Prepared prepared) {
    prepared
        .cgroup()
        .filter(cgroup -> has("memory"))
        .ifPresent(cgroup -> Reclaim.from(cgroup, prepared.limits.memoryBytes()));
  }

  /** What a process tree used, as far as anybody measured it; else 0. */
  public record Used(long peakBytes, long cpuMillis) {}

  /** The process has ended: no more watching. */
  public Used ended(Prepared prepared, SandboxProcess process) {
    Used seen = monitor.remove(process);
    Optional<Cgroup> cgroup = prepared.cgroup();
    return new Used(
        cgroup.flatMap(group -> group.number("memory.peak", "")).orElse(seen.peakBytes()),
        cgroup
            .flatMap(group -> group.number("cpu.stat", "usage_usec"))
            .map(micros -> micros / 1000)
            .orElse(seen.cpuMillis()));
  }

  /** Removes what {@link #prepare} made, once nothing runs in it. */
  public void release(Prepared prepared) throws IOException {
    if (prepared.cgroup != null) {
      prepared.cgroup.remove();
    }
  }
}
