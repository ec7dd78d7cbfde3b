// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.posix.Sys;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jnr.posix.FileStat;

/**
 * Memory that is no process's: what the file systems in memory hold that a sandbox has for itself,
 * and files of memfd_create(2) that are open in it. A memory controller counts these; the sizes of
 * processes do not show them until they are mapped.
 *
 * <p>Not seen here: a file in memory whose only descriptor is on its way through a socket. System V
 * segments that nobody has attached are bounded by the sandbox instead.
 */
final class MemoryFiles {
  private static final long BLOCK_BYTES = 512;
  private static final long NOTEWORTHY_BYTES = 256 << 10;
  private static final String MEMFD = "/memfd:";
  private static final String SEPARATOR = " - ";
  private static final String FILE_SYSTEM = "tmpfs ";

  private MemoryFiles() {}

  /**
   * Whether anything on this host may have put something into memory that is no process's, which is
   * far cheaper to ask than who: {@code Shmem} of {@code /proc/meminfo}.
   */
  static final class Gauge {
    private long lastBytes = -1;

    /** True when it moved since this was last true. */
    boolean moved() {
      long now = ProcessUsage.kibibytes("/proc/meminfo", "Shmem:") * 1024;
      boolean moved = lastBytes < 0 || Math.abs(now - lastBytes) >= NOTEWORTHY_BYTES;
      if (moved) {
        lastBytes = now;
      }
      return moved;
    }
  }

  /**
   * Bytes held in memory by the files of a tree's processes; those of its mounts count if it has a
   * sandbox, all of whose processes see the same ones.
   */
  static long bytes(ProcessTree tree) {
    List<String> processes = tree.processes();
    Map<Long, Long> open = new HashMap<>();
    processes.forEach(process -> collectOpen(process, open));
    long total = open.values().stream().mapToLong(Long::longValue).sum();
    return tree.sandboxed() && !processes.isEmpty() ? total + mounted(processes.get(0)) : total;
  }

  private static void collectOpen(String process, Map<Long, Long> bytesByInode) {
    String[] descriptors = new File(process + "/fd").list();
    if (descriptors == null) {
      return;
    }
    for (String descriptor : descriptors) {
      Path path = Path.of(process, "fd", descriptor);
      try {
        if (Files.readSymbolicLink(path).toString().startsWith(MEMFD)) {
          FileStat file = Sys.stat(path.toString());
          bytesByInode.put(file.ino(), file.blocks() * BLOCK_BYTES);
        }
      } catch (IOException gone) {
        // Closed meanwhile.
      }
    }
  }

  /** What is in the mounts that a sandbox has and the kernel has not. */
  private static long mounted(String process) {
    long total = 0;
    try {
      Set<String> ours =
          mounts("/proc/self").stream().map(MemoryFiles::device).collect(Collectors.toSet());
      Set<String> counted = new HashSet<>();
      for (String mount : mounts(process)) {
        if (!ours.contains(device(mount)) && counted.add(device(mount))) {
          File root = new File(process + "/root" + point(mount));
          total += root.getTotalSpace() - root.getFreeSpace();
        }
      }
    } catch (IOException gone) {
      // It has ended, and so have its mounts.
    }
    return total;
  }

  /** Lines of proc_pid_mountinfo(5) of file systems in memory. */
  private static List<String> mounts(String process) throws IOException {
    return Files.readAllLines(Path.of(process, "mountinfo"), StandardCharsets.ISO_8859_1).stream()
        .filter(line -> line.substring(line.indexOf(SEPARATOR) + 3).startsWith(FILE_SYSTEM))
        .toList();
  }

  private static String device(String mount) {
    return mount.split(" ")[2];
  }

  private static String point(String mount) {
    return mount.split(" ")[4].replace("\\040", " ");
  }
}
