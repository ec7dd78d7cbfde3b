// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What processes use, from /proc; a process that is gone counts as nothing. */
public final class ProcessUsage {
  private static final long PAGE_BYTES = 4096;
  private static final long TICK_MICROS = 10_000;
  private static final int MOST_PROCESSES = 10_000;

  private ProcessUsage() {}

  /** Resident bytes of one process, pages it shares with others included. */
  public static long residentBytes(int pid) {
    String[] fields = read("/proc/" + pid + "/statm").split(" ");
    return fields.length < 2 ? 0 : Long.parseLong(fields[1]) * PAGE_BYTES;
  }

  /**
   * Resident bytes of one process, each shared page divided by those who share it; slower than
   * {@link #residentBytes}.
   */
  public static long proportionalBytes(int pid) {
    for (String line : read("/proc/" + pid + "/smaps_rollup").split("\n")) {
      if (line.startsWith("Pss:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return residentBytes(pid);
  }

  /** User and system time of one process, and of its children that it has reaped. */
  public static long cpuMicros(int pid) {
    String stat = read("/proc/" + pid + "/stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
    if (fields.length < 15) {
      return 0;
    }
    long ticks = 0;
    for (int i = 11; i <= 14; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks * TICK_MICROS;
  }

  /** A process and all its descendants. */
  public static List<Integer> tree(int root) {
    List<Integer> found = new ArrayList<>();
    Deque<Integer> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty() && found.size() < MOST_PROCESSES) {
      int pid = open.pop();
      found.add(pid);
      String children = read("/proc/" + pid + "/task/" + pid + "/children").trim();
      if (!children.isEmpty()) {
        for (String child : children.split(" ")) {
          open.push(Integer.valueOf(child));
        }
      }
    }
    return found;
  }

  private static String read(String path) {
    byte[] bytes = new byte[4096];
    try (RandomAccessFile file = new RandomAccessFile(path, "r")) {
      int n = file.read(bytes);
      return n <= 0 ? "" : new String(bytes, 0, n, StandardCharsets.US_ASCII);
    } catch (IOException gone) {
      return "";
    }
  }
}
