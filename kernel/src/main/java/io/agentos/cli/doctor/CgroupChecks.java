// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The cgroup v2 hierarchy: whether it is there, ours to write, and which controllers it gives. */
final class CgroupChecks {
  private static final List<String> WANTED = List.of("cpu", "memory", "pids");
  private static final String BOOT =
      "boot with systemd.unified_cgroup_hierarchy=1, or mount cgroup2 with its controllers";
  private static final String DELEGATE =
      "run the daemon as a systemd service with Delegate=yes, or as"
          + " `systemd-run --user --scope -p Delegate=yes agentos daemon`";

  private CgroupChecks() {}

  static Finding hierarchy() {
    try {
      return hierarchy(
          Files.readAllLines(Path.of("/proc/self/mountinfo")),
          Files.readAllLines(Path.of("/proc/self/cgroup")));
    } catch (IOException e) {
      return Finding.degraded("cgroup", "/proc can't be read: " + e.getMessage(), BOOT);
    }
  }

  static Finding hierarchy(List<String> mountinfo, List<String> cgroup) throws IOException {
    Optional<Path> mount =
        mountinfo.stream()
            .filter(line -> line.contains(" - cgroup2 "))
            .map(line -> Path.of(line.split(" ")[4]))
            .findFirst();
    Optional<String> own =
        cgroup.stream()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> line.substring("0::/".length()))
            .findFirst();
    if (mount.isEmpty() || own.isEmpty()) {
      return Finding.degraded("cgroup", "no cgroup v2 hierarchy is mounted", BOOT);
    }
    Path group = mount.get().resolve(own.get());
    if (!Files.isWritable(group)) {
      return Finding.degraded("cgroup", group + " is not ours to write", DELEGATE);
    }
    List<String> given = controllers(group);
    List<String> missing = new ArrayList<>(WANTED);
    missing.removeAll(given);
    if (!missing.isEmpty()) {
      return Finding.degraded(
          "cgroup",
          group + " is writable but lacks the controllers " + String.join(", ", missing),
          BOOT);
    }
    return Finding.ok("cgroup", group + " with " + String.join(", ", WANTED));
  }

  private static List<String> controllers(Path group) throws IOException {
    Path file = group.resolve("cgroup.controllers");
    return Files.exists(file) ? List.of(Files.readString(file).trim().split(" ")) : List.of();
  }
}
