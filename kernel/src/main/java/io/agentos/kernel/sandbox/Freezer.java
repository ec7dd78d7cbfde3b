// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stops and continues a process tree for several reasons at once: it runs only while there is none.
 * Used by the reactor (PAUSE, waiting) and by the {@link LimitMonitor} (CPU share), hence
 * synchronised.
 */
public final class Freezer {
  /** Why a tree stands still. */
  public enum Reason {
    PAUSED,
    THROTTLED,
    WAITING,
    OUT_OF_MEMORY
  }

  private final @Nullable Cgroup cgroup;
  private final SandboxProcess process;
  private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);

  /** For each reason how long it held; while it holds, without when it began. */
  private final Map<Reason, Long> nanos = new EnumMap<>(Reason.class);

  Freezer(@Nullable Cgroup cgroup, SandboxProcess process) {
    this.cgroup = cgroup;
    this.process = process;
  }

  /** Adds or removes one reason; a tree that has just ended is no error. */
  public synchronized void set(Reason reason, boolean on) {
    boolean before = !reasons.isEmpty();
    boolean changed = on ? reasons.add(reason) : reasons.remove(reason);
    if (changed) {
      long now = System.nanoTime();
      nanos.merge(reason, on ? -now : now, Long::sum);
    }
    boolean after = !reasons.isEmpty();
    if (before != after) {
      apply(after);
    }
  }

  /** How long this was a reason by now. */
  synchronized long millis(Reason reason) {
    long held = nanos.getOrDefault(reason, 0L);
    return (reasons.contains(reason) ? held + System.nanoTime() : held) / 1_000_000;
  }

  private void apply(boolean frozen) {
    if (cgroup == null) {
      process.command(frozen ? SandboxProcess.SIGSTOP : SandboxProcess.SIGCONT);
      return;
    }
    try {
      cgroup.freeze(frozen);
    } catch (IOException gone) {
      // The group was removed: nothing is left to stop.
      reasons.clear();
    }
  }
}
