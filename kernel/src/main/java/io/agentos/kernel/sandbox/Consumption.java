// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures what one process tree uses now; from its cgroup where that counts, else by adding up
 * /proc. Thread-safe.
 */
public final class Consumption {
  private final @Nullable Cgroup cgroup;
  private final int rootPid;
  private long peakBytes;

  /**
   * @param rootPid host pid whose descendants are the tree
   */
  public Consumption(@Nullable Cgroup cgroup, int rootPid) {
    this.cgroup = cgroup;
    this.rootPid = rootPid;
  }

  /** One measurement; {@code pids} without the sandbox's own pid 1. */
  public record Reading(long memoryBytes, long memoryPeakBytes, long cpuMillis, int pids) {}

  public synchronized Reading read() {
    List<Integer> processes = cgroup != null ? cgroup.processes() : ProcessUsage.tree(rootPid);
    long memory = memory(processes);
    peakBytes = Math.max(peakBytes, memory);
    long peak = cgroup == null ? peakBytes : cgroup.number("memory.peak", "").orElse(peakBytes);
    return new Reading(
        memory, peak, cpuMicros(processes) / 1000, Math.max(0, processes.size() - 1));
  }

  private long memory(List<Integer> processes) {
    if (cgroup != null && cgroup.number("memory.current", "").isPresent()) {
      return cgroup.number("memory.current", "").get();
    }
    return processes.stream().mapToLong(ProcessUsage::proportionalBytes).sum();
  }

  private long cpuMicros(List<Integer> processes) {
    if (cgroup != null) {
      return cgroup.number("cpu.stat", "usage_usec").orElse(0L);
    }
    return processes.stream().mapToLong(ProcessUsage::cpuMicros).sum();
  }
}
