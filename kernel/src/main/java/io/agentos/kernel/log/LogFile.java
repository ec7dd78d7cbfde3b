// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import com.fasterxml.jackson.databind.ObjectReader;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * An agent's log on disk: JSON lines in {@code NAME}, with older ones in {@code NAME.1}, {@code
 * NAME.2}, ... of which at most {@link Limits#LOG_FILES} of {@link Limits#LOG_FILE_BYTES} exist.
 * Used by worker threads, hence synchronised.
 */
final class LogFile {
  private static final ObjectReader READER = Json.reader(LogEntry.class);

  private final Path file;
  private long size;

  LogFile(Path file) throws IOException {
    this.file = file;
    Files.createDirectories(file.getParent());
    delete(); // ids are not used twice, so what is there belongs to nobody
  }

  synchronized void append(List<LogEntry> entries) throws IOException {
    StringBuilder text = new StringBuilder();
    for (LogEntry entry : entries) {
      text.append(Json.MAPPER.writeValueAsString(entry)).append('\n');
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (size + bytes.length > Limits.LOG_FILE_BYTES && size > 0) {
      rotate();
    }
    Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    size += bytes.length;
  }

  private void rotate() throws IOException {
    for (int i = Limits.LOG_FILES - 1; i > 0; i--) {
      Path from = i == 1 ? file : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    size = 0;
  }

  /** The last lines, oldest first, not older than {@code sinceMillis}. */
  synchronized List<LogEntry> tail(int lines, long sinceMillis) throws IOException {
    LogWindow window = new LogWindow(lines, Limits.LOG_ANSWER_BYTES);
    for (int i = Limits.LOG_FILES - 1; i >= 0; i--) {
      Path part = i == 0 ? file : numbered(i);
      if (Files.exists(part)) {
        read(part, sinceMillis, window);
      }
    }
    return window.takeAll();
  }

  private static void read(Path part, long sinceMillis, LogWindow window) throws IOException {
    try (Stream<String> text = Files.lines(part)) {
      for (String json : (Iterable<String>) text::iterator) {
        LogEntry entry = READER.readValue(json);
        if (entry.time() >= sinceMillis) {
          window.add(entry);
        }
      }
    }
  }

  private Path numbered(int i) {
    return file.resolveSibling(file.getFileName() + "." + i);
  }

  /** Removes the log and its older parts. */
  final synchronized void delete() throws IOException {
    for (int i = Limits.LOG_FILES - 1; i >= 0; i--) {
      Files.deleteIfExists(i == 0 ? file : numbered(i));
    }
  }
}
