// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * What processes use, from {@code /proc}; a process that is gone counts as nothing. Processes are
 * named by their folder there.
 */
final class ProcessUsage {
  private static final long PAGE_BYTES = 4096;
  private static final long TICK_MICROS = 10_000;
  private static final int MOST_PROCESSES = 10_000;

  private ProcessUsage() {}

  /** Resident bytes of one process, pages it shares with others included. */
  static long residentBytes(String process) {
    String[] fields = read(process + "/statm").split(" ");
    return fields.length < 2 ? 0 : Long.parseLong(fields[1]) * PAGE_BYTES;
  }

  /**
   * Resident bytes of one process, each shared page divided by those who share it; slower than
   * {@link #residentBytes}.
   */
  static long proportionalBytes(String process) {
    long kibibytes = kibibytes(process + "/smaps_rollup", "Pss:");
    return kibibytes > 0 ? kibibytes * 1024 : residentBytes(process);
  }

  /** The part of {@link #proportionalBytes} that files in memory have, with or without a name. */
  static long proportionalSharedBytes(String process) {
    return kibibytes(process + "/smaps_rollup", "Pss_Shmem:") * 1024;
  }

  /** The number in the line of a file that begins with {@code name}, 0 if there is none. */
  static long kibibytes(String path, String name) {
    for (String line : read(path).split("\n")) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }

  /** User and system time of one process, and of its children that it has reaped. */
  static long cpuMicros(String process) {
    String stat = read(process + "/stat");
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

  /** The processes with these host pids. */
  static List<String> withPids(List<Integer> pids) {
    return pids.stream().map(pid -> "/proc/" + pid).toList();
  }

  /**
   * All processes of the pid namespace of which {@code init} is the first: also those that were put
   * there by EXEC, whose parent is outside.
   */
  static List<String> inSandbox(int init) {
    return numbered("/proc/" + init + "/root/proc");
  }

  /** A process and all its descendants. */
  static List<String> tree(int root) {
    List<String> found = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>(List.of("/proc/" + root));
    while (!open.isEmpty() && found.size() < MOST_PROCESSES) {
      String process = open.pop();
      found.add(process);
      for (String thread : numbered(process + "/task")) {
        String children = read(thread + "/children").trim();
        if (!children.isEmpty()) {
          withPids(Arrays.stream(children.split(" ")).map(Integer::valueOf).toList())
              .forEach(open::push);
        }
      }
    }
    return found;
  }

  private static List<String> numbered(String folder) {
    String[] names = new File(folder).list((parent, name) -> Character.isDigit(name.charAt(0)));
    return names == null
        ? List.of()
        : Arrays.stream(names).limit(MOST_PROCESSES).map(name -> folder + "/" + name).toList();
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
