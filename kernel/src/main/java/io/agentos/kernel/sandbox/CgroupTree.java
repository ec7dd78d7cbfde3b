// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.posix.Sys;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's part of the cgroup v2 hierarchy: {@code agentos.PID-RANDOM/} with one leaf per
 * agent. Controllers that the host does not give are simply not in {@link #controllers()}; who sets
 * a limit asks first.
 */
public final class CgroupTree {
  private static final Logger log = LoggerFactory.getLogger(CgroupTree.class);
  private static final String PREFIX = "agentos.";
  private static final List<String> WANTED = List.of("cpu", "memory", "pids");

  private final Path root;

  /**
   * Held as long as this kernel lives; process ids would not do, as containers number their own.
   */
  private final int lock;

  private final Set<String> controllers;

  private CgroupTree(Path root, int lock, Set<String> controllers) {
    this.root = root;
    this.lock = lock;
    this.controllers = controllers;
  }

  /**
   * Makes this kernel's subtree where the host lets us.
   *
   * @param pid the kernel's
   * @return empty when there is no cgroup v2, or none we may write
   */
  public static Optional<CgroupTree> open(long pid) {
    try {
      Optional<Path> mount = findMount();
      Optional<String> own = ownPath();
      if (mount.isEmpty() || own.isEmpty()) {
        return Optional.empty();
      }
      Path base = mount.get().resolve(own.get().substring(1));
      removeStale(base);
      Path root = Files.createTempDirectory(base, PREFIX + pid + "-");
      int lock = Sys.open(root.toString(), Sys.O_RDONLY | Sys.O_DIRECTORY);
      if (!Sys.tryLock(lock)) {
        throw new IOException("another kernel took " + root + " for a dead one's");
      }
      delegate(base);
      return Optional.of(new CgroupTree(root, lock, enable(root)));
    } catch (IOException e) {
      log.info("no writable cgroup v2 subtree ({}); limits fall back to other means", e.toString());
      return Optional.empty();
    }
  }

  /** Controllers that hold in the leaves: of cpu, memory, pids those that the host gives. */
  public Set<String> controllers() {
    return controllers;
  }

  /**
   * Makes the group of one agent. Its limits are set on the group, its processes live in children
   * ({@code main}, and one per tool call), as a group that passes controllers on may hold no
   * process itself.
   */
  public Cgroup create(String name) throws IOException {
    Path directory = Files.createDirectory(root.resolve(name));
    if (!controllers.isEmpty()) {
      enable(directory);
    }
    return new Cgroup(directory);
  }

  /** Ends everything below and removes it. */
  public void close() {
    try {
      new Cgroup(root).kill();
      new Cgroup(root).remove();
      Sys.close(lock);
    } catch (IOException e) {
      log.warn("cgroup {} can't be removed: {}", root, e.toString());
    }
  }

  private static Optional<Path> findMount() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(" - cgroup2 "))
        .map(line -> Path.of(line.split(" ")[4]))
        .findFirst();
  }

  private static Optional<String> ownPath() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
        .filter(line -> line.startsWith("0::"))
        .map(line -> line.substring(3))
        .findFirst();
  }

  /**
   * A group with processes can't pass controllers on: the kernel moves itself into a leaf of its
   * own first.
   */
  private static void delegate(Path base) throws IOException {
    Set<String> available = words(base.resolve("cgroup.controllers"));
    if (available.stream().noneMatch(WANTED::contains)) {
      return;
    }
    boolean hierarchyRoot = !Files.exists(base.resolve("cgroup.type"));
    if (!hierarchyRoot) {
      Path kernel = Files.createDirectories(base.resolve("agentos-kernel"));
      Files.writeString(kernel.resolve("cgroup.procs"), "0");
    }
    enable(base);
  }

  private static Set<String> enable(Path group) throws IOException {
    Set<String> enabled = new LinkedHashSet<>();
    Set<String> available = words(group.resolve("cgroup.controllers"));
    for (String controller : WANTED) {
      if (available.contains(controller)) {
        try {
          Files.writeString(group.resolve("cgroup.subtree_control"), "+" + controller);
          enabled.add(controller);
        } catch (IOException e) {
          log.warn("cgroup controller {} can't be used: {}", controller, e.getMessage());
        }
      }
    }
    return enabled;
  }

  private static Set<String> words(Path file) throws IOException {
    return new LinkedHashSet<>(List.of(Files.readString(file).trim().split("\\s+")));
  }

  /** What a kernel that was killed left behind; its processes are gone already, or go now. */
  private static void removeStale(Path base) throws IOException {
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(base, PREFIX + "[0-9]*")) {
      for (Path group : groups) {
        int lock = Sys.open(group.toString(), Sys.O_RDONLY | Sys.O_DIRECTORY);
        try {
          if (Sys.tryLock(lock)) {
            new Cgroup(group).kill();
            new Cgroup(group).remove();
          }
        } finally {
          Sys.close(lock);
        }
      }
    }
  }
}
