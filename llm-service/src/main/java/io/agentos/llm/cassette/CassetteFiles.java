// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import io.agentos.llm.settings.SettingsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Opens cassettes: for their owner alone, and for one recorder at a time. */
final class CassetteFiles {
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private CassetteFiles() {}

  static FileChannel forReplay(Path file) throws SettingsException {
    checkRegular(file);
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new SettingsException(file + ": there is no such cassette; record it first");
    } catch (IOException e) {
      throw failed(file, "read", e);
    }
  }

  static FileChannel forRecording(Path file) throws SettingsException {
    checkRegular(file);
    try {
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
              PosixFilePermissions.asFileAttribute(OWNER));
      lock(file, channel);
      // Prompts are nobody else's to read, also where the file was there before.
      Files.setPosixFilePermissions(file, OWNER);
      return channel;
    } catch (IOException e) {
      throw failed(file, "written", e);
    }
  }

  private static void lock(Path file, FileChannel channel) throws IOException, SettingsException {
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this process: the same sentence.
    }
    channel.close();
    throw new SettingsException(file + ": another process is recording on this cassette");
  }

  /** A pipe would block, a device swallow everything. */
  private static void checkRegular(Path file) throws SettingsException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new SettingsException(file + ": a cassette is a regular file, which this is not");
    }
  }

  private static SettingsException failed(Path file, String verb, IOException e) {
    return new SettingsException(
        file + ": the cassette cannot be " + verb + " (" + e.getClass().getSimpleName() + ")");
  }
}
