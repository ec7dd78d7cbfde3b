// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.util.List;

/**
 * Measures what one process tree uses now; from its cgroup where that counts, else by adding up
 * /proc. Thread-safe.
 */
public final class Consumption {
  private final ProcessTree tree;
  private final Freezer freezer;
  private long peakBytes;

  public Consumption(ProcessTree tree, Freezer freezer) {
    this.tree = tree;
    this.freezer = freezer;
  }

  /** One measurement; {@code pids} without the sandbox's own pid 1. */
  public record Reading(long memoryBytes, long memoryPeakBytes, long cpuMillis, int pids) {}

  public synchronized Reading read() {
    List<String> processes = tree.processes();
    long memory = memory(processes);
    peakBytes = Math.max(peakBytes, memory);
    Cgroup cgroup = tree.cgroup();
    long peak = cgroup == null ? peakBytes : cgroup.number("memory.peak", "").orElse(peakBytes);
    return new Reading(memory, peak, tree.cpuMicros() / 1000, Math.max(0, processes.size() - 1));
  }

  /**
   * How long it stood still.
   *
   * @param throttledMs as it had used its share of the CPU
   * @param waitingMs as it only waited for the LLM
   */
  public record Standstill(long throttledMs, long pausedMs, long waitingMs) {}

  public Standstill standstill() {
    Cgroup cgroup = tree.cgroup();
    long byController =
        cgroup == null ? 0 : cgroup.number("cpu.stat", "throttled_usec").orElse(0L) / 1000;
    return new Standstill(
        byController + freezer.millis(Freezer.Reason.THROTTLED),
        freezer.millis(Freezer.Reason.PAUSED),
        freezer.millis(Freezer.Reason.WAITING));
  }

  private long memory(List<String> processes) {
    Cgroup cgroup = tree.cgroup();
    if (cgroup != null && cgroup.number("memory.current", "").isPresent()) {
      return cgroup.number("memory.current", "").get();
    }
    return processes.stream().mapToLong(ProcessUsage::proportionalBytes).sum();
  }
}
