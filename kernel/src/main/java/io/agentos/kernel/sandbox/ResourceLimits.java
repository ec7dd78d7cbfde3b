// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one agent may use at most; absent means no limit of its own.
 *
 * @param memoryBytes killed as {@code oom} beyond it
 * @param memoryHighBytes slowed down beyond it, where the host can
 * @param cpuCores 0.5 is half of one core
 * @param maxPids processes and threads
 * @param wallTime since the (re)start
 * @param nofile descriptors per process
 */
public record ResourceLimits(
    @Nullable Long memoryBytes,
    @Nullable Long memoryHighBytes,
    @Nullable Double cpuCores,
    @Nullable Integer maxPids,
    @Nullable Duration wallTime,
    @Nullable Integer nofile) {
  public static final ResourceLimits NONE = new ResourceLimits(null, null, null, null, null, null);

  /** These, and no more than another set allows: what a child gets of its parent. */
  public ResourceLimits cappedBy(ResourceLimits parent) {
    return new ResourceLimits(
        least(memoryBytes, parent.memoryBytes),
        least(memoryHighBytes, parent.memoryHighBytes),
        least(cpuCores, parent.cpuCores),
        least(maxPids, parent.maxPids),
        least(wallTime, parent.wallTime),
        least(nofile, parent.nofile));
  }

  private static <T extends Comparable<T>> @Nullable T least(@Nullable T a, @Nullable T b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.compareTo(b) <= 0 ? a : b;
  }
}
