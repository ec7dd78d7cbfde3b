// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a kernel needs of the repository, where every user can read it: the repository itself, or a
 * copy when it lies in a folder that is closed to others, as /root is.
 */
final class ReadableHome {
  private static final List<String> PARTS =
      List.of(
          "kernel/target/lib",
          "llm-service/target/lib",
          "sandbox-native/build/agentos-sandbox",
          "sdk-python/src");

  /** Where the jars of this project's own are. */
  private static final List<String> JARS = List.of("kernel/target", "llm-service/target");

  private static final Path PATH = find(KernelProcess.home());

  private ReadableHome() {}

  static Path path() {
    return PATH;
  }

  private static Path find(Path home) {
    try {
      return isOpen(home) ? home : copy(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOpen(Path folder) throws IOException {
    for (Path path = folder; path != null; path = path.getParent()) {
      if (!Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  private static Path copy(Path home) throws IOException {
    Path target = Files.createTempDirectory("agentos-home");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(target)));
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String part : PARTS) {
      if (Files.exists(home.resolve(part))) {
        copyTree(home.resolve(part), target.resolve(part));
      }
    }
    for (String folder : JARS) {
      try (Stream<Path> files = Files.list(home.resolve(folder))) {
        for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
          copyTree(jar, target.resolve(folder).resolve(jar.getFileName()));
        }
      }
    }
    return target;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  private static void remove(Path folder) {
    try {
      KernelProcess.deleteTree(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
