// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program for its few lines of output, for a bounded time. */
final class Programs {
  /**
   * How a program ended.
   *
   * @param lines standard output and error
   */
  record Outcome(int code, List<String> lines) {
    String firstLine() {
      return lines.isEmpty() ? "" : lines.get(0);
    }
  }

  private Programs() {}

  /**
   * Runs it with an empty input.
   *
   * @throws IOException when it can't be started, or does not end in time
   */
  static Outcome run(Duration longest, List<String> command) throws IOException {
    Path output = Files.createTempFile("agentos-doctor-", ".out");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectErrorStream(true);
      builder.redirectOutput(output.toFile());
      builder.redirectInput(Path.of("/dev/null").toFile());
      Process process = builder.start();
      if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(command.get(0) + " did not end within " + longest.toSeconds() + " s");
      }
      String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
      return new Outcome(process.exitValue(), text.lines().toList());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(output);
    }
  }
}
