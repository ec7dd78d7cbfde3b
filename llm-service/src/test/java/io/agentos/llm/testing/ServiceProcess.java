// SPDX-License-Identifier: MIT
package io.agentos.llm.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The real service in a process of its own, as the kernel starts it, with all it printed. */
public final class ServiceProcess implements AutoCloseable {
  private static final long PATIENCE_S = 20;
  private static final String END = "end of output";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> printed = new ArrayList<>();
  private final StringBuilder errors = new StringBuilder();
  private final Thread outputReader;
  private final Thread errorReader;

  private ServiceProcess(Process process) {
    this.process = process;
    this.outputReader = start("output", () -> readLines(process.getInputStream()));
    this.errorReader = start("errors", () -> readErrors(process.getErrorStream()));
  }

  /** Starts it in a folder, without any variable of ours but the given ones. */
  public static ServiceProcess start(
      Path directory, Map<String, String> environment, String... arguments) throws IOException {
    return start(List.of(), directory, environment, arguments);
  }

  public static ServiceProcess start(
      List<String> jvmOptions, Path directory, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(List.of(), jvmOptions, directory, environment, arguments);
  }

  /**
   * Starts it through another program.
   *
   * @param wrapper runs what follows it
   */
  public static ServiceProcess start(
      List<String> wrapper,
      List<String> jvmOptions,
      Path directory,
      Map<String, String> environment,
      String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the kernel starts it: a small process that is there soon.
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(jvmOptions);
    command.add("-jar");
    command.add(jar().toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(
            name -> name.matches("(GEMINI|GOOGLE|OPENAI|ANTHROPIC|AGENTOS|JAVA_TOOL|JDK_JAVA)_.*"));
    builder.environment().putAll(environment);
    return new ServiceProcess(builder.start());
  }

  private static Path jar() throws IOException {
    Path target = Path.of("target").toAbsolutePath();
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(target, "agentos-llm-service-*.jar")) {
      return jars.iterator().next();
    }
  }

  private static Thread start(String name, Runnable task) {
    Thread thread = new Thread(task, "service " + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void readLines(InputStream in) {
    try (var reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (printed) {
          printed.add(line);
        }
        lines.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lines.add(END);
  }

  private void readErrors(InputStream in) {
    try (var reader = new InputStreamReader(in, UTF_8)) {
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        synchronized (errors) {
          errors.append((char) c);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void send(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** The next line; fails when none comes. */
  public JsonNode next() throws IOException, InterruptedException {
    String line = lines.poll(PATIENCE_S, TimeUnit.SECONDS);
    if (line == null || line.equals(END)) {
      throw new AssertionError("no line came; standard error has: " + errors());
    }
    return Json.mapper().readTree(line);
  }

  public void closeInput() throws IOException {
    process.getOutputStream().close();
  }

  /** The exit code; all that was printed has been read then. Empty when it did not exit in time. */
  public Optional<Integer> exitCode(long timeout, TimeUnit unit) throws InterruptedException {
    if (!process.waitFor(timeout, unit)) {
      return Optional.empty();
    }
    outputReader.join();
    errorReader.join();
    return Optional.of(process.exitValue());
  }

  public Optional<Integer> exitCode() throws InterruptedException {
    return exitCode(PATIENCE_S, TimeUnit.SECONDS);
  }

  public String output() {
    synchronized (printed) {
      return String.join("\n", printed);
    }
  }

  public String errors() {
    synchronized (errors) {
      return errors.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
