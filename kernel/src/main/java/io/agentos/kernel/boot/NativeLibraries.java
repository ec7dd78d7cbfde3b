// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where SQLite's native part is unpacked: not in {@code /tmp}, which may forbid to execute and
 * where every kernel that was killed would leave a copy of a megabyte for good.
 */
final class NativeLibraries {
  /** Read by sqlite-jdbc once, when it is first used. */
  private static final String SQLITE = "org.sqlite.tmpdir";

  private NativeLibraries() {}

  /** Makes the folder, or removes what an earlier kernel left in it. */
  static void unpackIn(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
    System.setProperty(SQLITE, folder.toString());
  }
}
