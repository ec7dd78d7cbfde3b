// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import io.agentos.kernel.base.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A daemon as a user would run it, in a process and folders of its own; closing it checks that it
 * ended cleanly.
 */
public final class KernelProcess implements AutoCloseable {
  private static final long START_SECONDS = 20;
  private static final long STOP_SECONDS = 20;

  private final Process process;
  private final Path folder;

  private KernelProcess(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /** Starts one and waits until it serves. */
  public static KernelProcess start() throws IOException {
    return start(Map.of(), List.of());
  }

  /**
   * Starts one.
   *
   * @param environment added to the test's own
   * @param prefix words before the command, such as {@code setpriv ...}
   * @param arguments of {@code agentos daemon}
   */
  public static KernelProcess start(
      Map<String, String> environment, List<String> prefix, String... arguments)
      throws IOException {
    return startIn(newFolder(), environment, prefix, arguments);
  }

  /** A folder that a kernel of any user can work in. */
  public static Path newFolder() throws IOException {
    Path folder = Files.createTempDirectory("agentos-it");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    return folder;
  }

  /** Starts one in a folder that another may have used before. */
  public static KernelProcess startIn(
      Path folder, Map<String, String> environment, List<String> prefix, String... arguments)
      throws IOException {
    Process process = launch(folder, environment, prefix, arguments);
    KernelProcess kernel = new KernelProcess(process, folder);
    try {
      Until.holds("the kernel serves", START_SECONDS, () -> kernel.accepts() || !process.isAlive());
    } catch (AssertionError late) {
      process.destroyForcibly();
      throw new IOException("the kernel did not start: " + kernel.log(), late);
    }
    if (!process.isAlive()) {
      throw new IOException("the kernel did not start: " + kernel.log());
    }
    return kernel;
  }

  /** Starts the process without waiting for anything. */
  public static Process launch(
      Path folder, Map<String, String> environment, List<String> prefix, String... arguments)
      throws IOException {
    Path home = prefix.isEmpty() ? home() : ReadableHome.path();
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms32m",
            "-Xmx512m",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djnr.ffi.x86asm.enabled=false",
            "-Dagentos.home=" + home,
            "-cp",
            home.resolve("kernel/target")
                + "/agentos-kernel-"
                + Version.TEXT
                + ".jar:"
                + home.resolve("kernel/target/lib/*"),
            "io.agentos.cli.Main",
            "daemon"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    builder.environment().put("AGENTOS_SOCKET", folder.resolve("agentos.sock").toString());
    builder.environment().put("AGENTOS_STATE_DIR", folder.resolve("state").toString());
    builder.environment().put("AGENTOS_RUNTIME_DIR", folder.resolve("run").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** The repository. */
  public static Path home() {
    return Path.of("..").toAbsolutePath().normalize();
  }

  private boolean accepts() {
    try (WireClient probe = WireClient.connect(socket())) {
      return probe.isOpen();
    } catch (IOException notYet) {
      return false;
    }
  }

  public WireClient connect() throws IOException {
    return WireClient.connect(socket());
  }

  /** A connection that is an agent's; the test may come in there if it is the agent's user. */
  public WireClient connectAs(int agentId) throws IOException {
    return WireClient.connect(folder.resolve("run/agents/" + agentId + "/agentos.sock"));
  }

  public Path socket() {
    return folder.resolve("agentos.sock");
  }

  public Path folder() {
    return folder;
  }

  public long pid() {
    return process.pid();
  }

  public Process process() {
    return process;
  }

  /** Everything it logged so far. */
  public String log() throws IOException {
    return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
  }

  /** Descriptors that the kernel has open. */
  public long descriptors() throws IOException {
    return Procs.descriptors(pid());
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("the kernel did not end on SIGTERM: " + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String log = log();
    deleteTree(folder);
    if (log.contains("this is a bug")) {
      throw new IOException("the kernel met a bug: " + log);
    }
  }

  /** Removes a folder and all in it. */
  public static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
