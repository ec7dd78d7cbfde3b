// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import io.agentos.llm.base.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the files an operator writes by hand, which are small. */
public final class SmallFiles {
  private SmallFiles() {}

  /** All of a file; its name and what is wrong with it when it cannot be read. */
  public static String read(Path file) throws SettingsException {
    if (!Files.isRegularFile(file)) {
      throw new SettingsException(file + ": there is no such file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(Limits.FILE_BYTES_MAX + 1);
      if (bytes.length > Limits.FILE_BYTES_MAX) {
        throw new SettingsException(file + ": is larger than " + Limits.FILE_BYTES_MAX + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new SettingsException(file + ": cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }
}
