// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import com.fasterxml.jackson.databind.ObjectReader;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.wire.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's log on disk: JSON lines in {@code NAME}, with older ones in {@code NAME.1}, {@code
 * NAME.2}, ... of which at most {@link Limits#LOG_FILES} of {@link Limits#LOG_FILE_BYTES} exist.
 * Used by worker threads, hence synchronised.
 */
final class LogFile {
  private static final Logger log = LoggerFactory.getLogger(LogFile.class);
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
    try {
      Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      size += bytes.length;
    } catch (IOException e) {
      cutBack();
      throw e;
    }
  }

  /** A disk that became full left half a line, which the next one would go on in. */
  private void cutBack() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    } catch (IOException e) {
      log.warn("half a line stays in {}: {}", file, e.toString());
    }
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
    // ISO-8859-1 keeps every byte, so that a broken one spoils its own line only.
    try (Stream<String> text = Files.lines(part, StandardCharsets.ISO_8859_1)) {
      for (String line : (Iterable<String>) text::iterator) {
        LogEntry entry = entry(line.getBytes(StandardCharsets.ISO_8859_1));
        if (entry != null && entry.time() >= sinceMillis) {
          window.add(entry);
        }
      }
    }
  }

  /** Null for what is no entry: a power cut can leave half a line. */
  private static @Nullable LogEntry entry(byte[] json) {
    try {
      return READER.readValue(json);
    } catch (IOException e) {
      log.debug("a line of a log is no entry: {}", e.getMessage());
      return null;
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
