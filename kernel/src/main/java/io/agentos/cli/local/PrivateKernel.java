// SPDX-License-Identifier: MIT
package io.agentos.cli.local;

import io.agentos.cli.client.KernelClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A kernel that one command starts for itself: a process of its own with a folder of its own, ended
 * with the command. It holds our end of a pipe as its standard input, so it also ends, and tidies
 * up, when this process is killed.
 */
public final class PrivateKernel implements AutoCloseable {
  private static final Duration START_LONGEST = Duration.ofSeconds(30);
  private static final Duration STOP_LONGEST = Duration.ofSeconds(15);
  private static final int POLL_MILLIS = 10;
  private static final int SHOWN_LOG_LINES = 5;

  private final Path folder;
  private final Process process;

  private PrivateKernel(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts a kernel and waits until it serves.
   *
   * @param home the folder AgentOS is installed in
   * @param options for {@code agentos daemon}
   * @throws IOException when it does not start, with the end of what it logged
   */
  public static PrivateKernel start(Path home, String... options) throws IOException {
    Path folder = Files.createTempDirectory("agentos-");
    ProcessBuilder builder = new ProcessBuilder(command(home, folder, options));
    Map<String, String> environment = builder.environment();
    environment.put("AGENTOS_SOCKET", socket(folder).toString());
    environment.put("AGENTOS_STATE_DIR", folder.resolve("state").toString());
    environment.put("AGENTOS_RUNTIME_DIR", folder.resolve("run").toString());
    builder.redirectErrorStream(true);
    builder.redirectOutput(log(folder).toFile());
    PrivateKernel kernel;
    try {
      kernel = new PrivateKernel(folder, builder.start());
    } catch (IOException e) {
      Folders.delete(folder);
      throw e;
    }
    try {
      kernel.awaitServing();
      return kernel;
    } catch (IOException | RuntimeException e) {
      kernel.close();
      throw e;
    }
  }

  /** A session of its own, so that Ctrl-C reaches the command alone, which ends the kernel. */
  private static List<String> command(Path home, Path folder, String... options) {
    List<String> command = new ArrayList<>();
    for (String setsid : List.of("/usr/bin/setsid", "/bin/setsid")) {
      if (command.isEmpty() && Files.isExecutable(Path.of(setsid))) {
        command.add(setsid);
      }
    }
    command.addAll(
        List.of(
            home.resolve("agentos").toString(),
            "daemon",
            "--log-level",
            "warn",
            "--until-input-ends",
            "--remove-folder",
            folder.toString()));
    command.addAll(List.of(options));
    return command;
  }

  private void awaitServing() throws IOException {
    long deadline = System.nanoTime() + START_LONGEST.toNanos();
    while (true) {
      if (Files.exists(socket())) {
        try (KernelClient client = connect()) {
          client.roundTripNanos(new byte[0]);
          return;
        } catch (IOException notYet) {
          // The socket is bound before the kernel serves it.
        }
      }
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        throw new IOException(
            "the kernel did not start: " + lastLines() + "; `agentos doctor` says what is missing");
      }
      pause();
    }
  }

  private void pause() throws IOException {
    try {
      process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the kernel started", e);
    }
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log(folder));
      return lines.isEmpty()
          ? "it said nothing"
          : String.join(
              "; ", lines.subList(Math.max(0, lines.size() - SHOWN_LOG_LINES), lines.size()));
    } catch (IOException unreadable) {
      return "its log can't be read";
    }
  }

  private static Path log(Path folder) {
    return folder.resolve("kernel.log");
  }

  private static Path socket(Path folder) {
    return folder.resolve("socket");
  }

  public Path socket() {
    return socket(folder);
  }

  /** What it keeps its files in, until it ends. */
  public Path folder() {
    return folder;
  }

  public long pid() {
    return process.pid();
  }

  public KernelClient connect() throws IOException {
    return KernelClient.connect(socket());
  }

  /** Ends the kernel and its agents, and removes its folder. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(STOP_LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor(STOP_LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Folders.delete(folder);
  }
}
