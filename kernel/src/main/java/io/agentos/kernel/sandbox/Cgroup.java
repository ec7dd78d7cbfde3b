// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One cgroup v2 directory. */
public final class Cgroup {
  private static final int REMOVE_TRIES = 50;

  private final Path directory;

  Cgroup(Path directory) {
    this.directory = directory;
  }

  public Path directory() {
    return directory;
  }

  /** Writes one interface file, such as {@code memory.max}. */
  public void set(String file, String value) throws IOException {
    Files.write(
        directory.resolve(file),
        value.getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.WRITE);
  }

  /** One number out of a file of {@code key value} lines, or of a file that is a number. */
  public Optional<Long> number(String file, String key) {
    try {
      for (String line : Files.readAllLines(directory.resolve(file))) {
        String[] words = line.split(" ");
        if (key.isEmpty() || words[0].equals(key)) {
          return Optional.of(Long.parseLong(words[words.length - 1]));
        }
      }
      return Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Host pids of all processes in it and in its children. */
  public List<Integer> processes() {
    List<Integer> pids = new ArrayList<>();
    collect(directory, pids);
    return pids;
  }

  private static void collect(Path group, List<Integer> pids) {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(group, Files::isDirectory)) {
      Files.readAllLines(group.resolve("cgroup.procs"))
          .forEach(line -> pids.add(Integer.valueOf(line)));
      children.forEach(child -> collect(child, pids));
    } catch (IOException gone) {
      // A group that was just removed has no processes.
    }
  }

  /** A child group, for one tool call. */
  public Cgroup child(String name) throws IOException {
    return new Cgroup(Files.createDirectory(directory.resolve(name)));
  }

  /** Kills every process in it and below, at once and without a race. */
  public void kill() throws IOException {
    set("cgroup.kill", "1");
  }

  public void freeze(boolean frozen) throws IOException {
    set("cgroup.freeze", frozen ? "1" : "0");
  }

  /**
   * Removes the group and its children; processes that were just killed need a moment to leave
   * them.
   */
  public void remove() throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path child : children) {
        new Cgroup(child).remove();
      }
    }
    for (int i = 0; ; i++) {
      try {
        Files.deleteIfExists(directory);
        return;
      } catch (IOException busy) {
        if (i == REMOVE_TRIES) {
          throw busy;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(/* millis= */ 2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
