// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes memory back from a group whose processes stand still: pages of files, which are read again
 * when they are needed, and the rest only if the host has swap. Needs Linux 5.19.
 */
final class Reclaim {
  private static final Logger log = LoggerFactory.getLogger(Reclaim.class);

  /** The system tries hard, and long, for the last pages of what it is asked for. */
  private static final double EASY = 0.875;

  private Reclaim() {}

  /**
   * @param most the group's limit of memory, and so of what it may have in swap
   */
  static void from(Cgroup cgroup, @Nullable Long most) {
    long wanted = stat(cgroup, "inactive_file") + stat(cgroup, "active_file");
    boolean swap = hasSwap();
    try {
      if (swap) {
        wanted += stat(cgroup, "inactive_anon") + stat(cgroup, "active_anon");
        Enforcement.setIfThere(
            cgroup, "memory.swap.max", most == null ? "max" : String.valueOf(most));
      }
      Enforcement.setIfThere(cgroup, "memory.reclaim", String.valueOf(Math.round(wanted * EASY)));
    } catch (IOException notAll) {
      log.debug("{}: not all of {} bytes can be reclaimed", cgroup.directory(), wanted);
    }
    if (swap) {
      closeSwap(cgroup);
    }
  }

  /** What is out may stay out; no more goes there while it runs. */
  private static void closeSwap(Cgroup cgroup) {
    try {
      Enforcement.setIfThere(cgroup, "memory.swap.max", "0");
    } catch (IOException gone) {
      log.debug("{} has gone", cgroup.directory());
    }
  }

  private static long stat(Cgroup cgroup, String key) {
    return cgroup.number("memory.stat", key).orElse(0L);
  }

  /** One line is the heading. */
  private static boolean hasSwap() {
    try {
      return Files.readAllLines(Path.of("/proc/swaps")).size() > 1;
    } catch (IOException none) {
      return false;
    }
  }
}
