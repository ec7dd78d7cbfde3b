// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Processes as the host sees them. */
public final class Procs {
  private static final Path PROC = Path.of("/proc");

  private Procs() {}

  /** Whether the test may change users and mount; a kernel of a plain user is tested as that. */
  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Words that make a command run as a user without any privilege. */
  public static List<String> unprivileged() {
    return isRoot()
        ? List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        : List.of();
  }

  /** Pids of all processes that have this word in their command line. */
  public static List<Long> withArgument(String word) throws IOException {
    List<Long> found = new ArrayList<>();
    for (long pid : all()) {
      if (List.of(read(pid, "cmdline").split("\0")).contains(word)) {
        found.add(pid);
      }
    }
    return found;
  }

  public static List<Long> all() throws IOException {
    try (Stream<Path> entries = Files.list(PROC)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> name.matches("\\d+"))
          .map(Long::valueOf)
          .toList();
    }
  }

  /** A process and all that descend from it; each thread has children of its own. */
  public static List<Long> tree(long root) {
    List<Long> found = new ArrayList<>(List.of(root));
    for (int i = 0; i < found.size(); i++) {
      long pid = found.get(i);
      String[] threads = PROC.resolve(pid + "/task").toFile().list();
      for (String thread : threads == null ? new String[0] : threads) {
        for (String child : read(pid, "task/" + thread + "/children").split(" ")) {
          if (!child.isBlank()) {
            found.add(Long.valueOf(child.trim()));
          }
        }
      }
    }
    return found;
  }

  /** A file of /proc/PID; empty once the process is gone. */
  public static String read(long pid, String file) {
    try {
      byte[] bytes = Files.readAllBytes(PROC.resolve(String.valueOf(pid)).resolve(file));
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  /** Where a link of /proc/PID leads, such as {@code ns/mnt}. */
  public static String link(long pid, String file) throws IOException {
    return Files.readSymbolicLink(PROC.resolve(String.valueOf(pid)).resolve(file)).toString();
  }

  public static long descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(PROC.resolve(String.valueOf(pid)).resolve("fd"))) {
      return open.count();
    }
  }

  /** The number after {@code NAME:} in /proc/PID/status. */
  public static long status(long pid, String name) {
    for (String line : read(pid, "status").split("\n")) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new AssertionError("no " + name + " of process " + pid);
  }
}
