// SPDX-License-Identifier: MIT
package io.agentos.kernel.metric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the host has and what this process uses of it, from {@code /proc}; what it does not say is
 * 0. For worker threads.
 */
public final class HostFigures {
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final long TICK_MS = 10;

  private HostFigures() {}

  /** Memory in bytes; load: how many processes ran or wanted to, over the last minute. */
  public record Host(int cpus, double load, long memory, long memoryAvailable) {}

  /** Memory: what is resident; heap: the part of it that Java's objects use. */
  public record Kernel(
      long pid,
      long uptimeMs,
      long memory,
      long heap,
      long cpuMs,
      long threads,
      long descriptors,
      long descriptorLimit) {}

  /** The host. */
  public static Host host() {
    List<String> memory = lines("/proc/meminfo");
    String load = String.join("", lines("/proc/loadavg"));
    return new Host(
        Runtime.getRuntime().availableProcessors(),
        load.isEmpty() ? 0 : Double.parseDouble(load.split(" ")[0]),
        number(memory, "MemTotal:") * 1024,
        number(memory, "MemAvailable:") * 1024);
  }

  /** This process. */
  public static Kernel kernel() {
    List<String> status = lines("/proc/self/status");
    Runtime runtime = Runtime.getRuntime();
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().map(java.time.Instant::toEpochMilli).orElse(0L);
    return new Kernel(
        self.pid(),
        System.currentTimeMillis() - started,
        number(status, "VmRSS:") * 1024,
        runtime.totalMemory() - runtime.freeMemory(),
        cpuMillis(),
        number(status, "Threads:"),
        descriptors(),
        number(lines("/proc/self/limits"), "Max open files"));
  }

  /** Its own alone: that of agents, which it reaps, is not its. */
  private static long cpuMillis() {
    String stat = String.join(" ", lines("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
    return fields.length < 13
        ? 0
        : (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MS;
  }

  private static long descriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      return 0;
    }
  }

  /** The first number in the line that begins so. */
  private static long number(List<String> lines, String name) {
    for (String line : lines) {
      Matcher number = NUMBER.matcher(line);
      if (line.startsWith(name) && number.find(name.length())) {
        return Long.parseLong(number.group());
      }
    }
    return 0;
  }

  private static List<String> lines(String path) {
    try {
      return Files.readAllLines(Path.of(path));
    } catch (IOException e) {
      return List.of();
    }
  }
}
