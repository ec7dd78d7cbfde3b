// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.base.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFileTest {
  private static final int EVERYTHING = 1_000_000;

  @TempDir private Path folder;
  private Path path = Path.of("");

  @BeforeEach
  void name() {
    path = folder.resolve("logs").resolve("1-x.log");
  }

  private static LogEntry entry(long seq, String line) {
    return new LogEntry(seq, 1000 + seq, "stdout", line);
  }

  @Test
  void givesBackTheLastLines_oldestFirst() throws IOException {
    LogFile log = new LogFile(path);
    log.append(List.of(entry(1, "a"), entry(2, "b\n\"\0😀")));
    log.append(List.of(entry(3, "c")));
    assertThat(log.tail(2, 0)).containsExactly(entry(2, "b\n\"\0😀"), entry(3, "c"));
    assertThat(log.tail(EVERYTHING, 0)).hasSize(3);
    assertThat(log.tail(0, 0)).isEmpty();
  }

  @Test
  void givesBackNothingOlderThanAsked() throws IOException {
    LogFile log = new LogFile(path);
    log.append(List.of(entry(1, "a"), entry(2, "b"), entry(3, "c")));
    assertThat(log.tail(EVERYTHING, 1002)).containsExactly(entry(2, "b"), entry(3, "c"));
  }

  @Test
  void isEmpty_beforeAnythingWasWritten() throws IOException {
    assertThat(new LogFile(path).tail(10, 0)).isEmpty();
  }

  @Test
  void keepsTheNewestInABoundedNumberOfBoundedFiles() throws IOException {
    LogFile log = new LogFile(path);
    String line = "x".repeat(1000);
    int count = 8 * Limits.LOG_FILE_BYTES / 1000;
    for (int i = 1; i <= count; i += 10) {
      log.append(LongStream.range(i, i + 10).mapToObj(seq -> entry(seq, line)).toList());
    }
    try (Stream<Path> files = Files.list(path.getParent())) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(Limits.LOG_FILES);
      for (Path file : all) {
        assertThat(Files.size(file)).isLessThanOrEqualTo(Limits.LOG_FILE_BYTES);
      }
    }
    List<LogEntry> tail = log.tail(200, 0);
    assertThat(tail).hasSize(200);
    for (int i = 1; i < tail.size(); i++) {
      assertThat(tail.get(i).seq()).isEqualTo(tail.get(i - 1).seq() + 1);
    }
  }

  /** An answer has a bound, however long the lines. */
  @Test
  void givesBackNoMoreThanFitsAnAnswer() throws IOException {
    LogFile log = new LogFile(path);
    for (int i = 1; i <= 100; i++) {
      log.append(List.of(entry(i, "y".repeat(Limits.LOG_LINE_BYTES))));
    }
    List<LogEntry> tail = log.tail(EVERYTHING, 0);
    assertThat(tail.stream().mapToLong(entry -> entry.line().length()).sum())
        .isBetween(1L, (long) Limits.LOG_ANSWER_BYTES);
    assertThat(tail.get(tail.size() - 1).seq()).isEqualTo(100);
  }

  /** A full disk or a power cut leaves half a line; the rest must still be readable. */
  @Test
  void skipsWhatIsNoEntry() throws IOException {
    LogFile log = new LogFile(path);
    log.append(List.of(entry(1, "a")));
    Files.writeString(path, "{\"seq\":2,\"ti\n", StandardOpenOption.APPEND);
    Files.write(path, new byte[] {(byte) 0xC3, '\n'}, StandardOpenOption.APPEND);
    log.append(List.of(entry(3, "c")));
    assertThat(log.tail(EVERYTHING, 0)).containsExactly(entry(1, "a"), entry(3, "c"));
  }

  @Test
  void beginsEmpty_whateverWasThere() throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, "old");
    Files.writeString(path.resolveSibling("1-x.log.1"), "older");
    assertThat(new LogFile(path).tail(EVERYTHING, 0)).isEmpty();
  }

  @Test
  void removesAllItsFiles() throws IOException {
    LogFile log = new LogFile(path);
    for (int i = 1; i <= 300; i++) {
      log.append(List.of(entry(i, "z".repeat(10_000))));
    }
    log.delete();
    try (Stream<Path> files = Files.list(path.getParent())) {
      assertThat(files).isEmpty();
    }
  }
}
