// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command as a user runs it, in a process of its own; its temporary files go to one folder. */
final class CliProcess implements AutoCloseable {
  private static final long SECONDS_LONGEST = 60;

  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private CliProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts it.
   *
   * @param folder for temporary files
   * @param environment added to ours, in which no kernel is named
   */
  static CliProcess start(Path home, Path folder, Map<String, String> environment, String... words)
      throws IOException {
    // Who runs the tests in the background of a shell has them ignore Ctrl-C, and all they start.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + folder,
            "-Dagentos.home=" + home,
            "-cp",
            System.getProperty("java.class.path"),
            "io.agentos.cli.Main"));
    command.addAll(List.of(words));
    Path errors = Files.createTempFile("agentos-cli-", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().remove("AGENTOS_SOCKET");
    builder.environment().putAll(environment);
    Process process = builder.start();
    // Reading from it can't be interrupted: a test that waits for a line in vain fails by this.
    CompletableFuture.delayedExecutor(SECONDS_LONGEST, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    return new CliProcess(process, errors);
  }

  /** The next line of its standard output. */
  String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the command ended: " + errors());
    }
    return line;
  }

  /** All further lines, once it has ended. */
  List<String> lines() {
    return output.lines().toList();
  }

  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** What Ctrl-C does. */
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor();
  }

  Process process() {
    return process;
  }

  /** Its exit code, once it has ended. */
  int code() throws IOException, InterruptedException {
    if (!process.waitFor(SECONDS_LONGEST, TimeUnit.SECONDS)) {
      throw new IOException("the command did not end: " + errors());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
    Files.delete(errors);
  }
}
