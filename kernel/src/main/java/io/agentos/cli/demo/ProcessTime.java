// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The CPU time of a process as the host counts it: the kernel under test is not asked. */
final class ProcessTime {
  /** {@code USER_HZ}, the same on every architecture that Linux has had for twenty years. */
  private static final long TICKS_PER_SECOND = 100;

  /** Positions in /proc/PID/stat after the name, which may itself hold blanks. */
  private static final int USER = 11;

  private static final int SYSTEM = 12;

  private ProcessTime() {}

  /** Of all its threads together. */
  static Duration of(long pid) throws IOException {
    Path file = Path.of("/proc", String.valueOf(pid), "stat");
    if (!Files.exists(file)) {
      throw new IOException("process " + pid + " has ended");
    }
    String stat = Files.readString(file);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
    return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
  }
}
