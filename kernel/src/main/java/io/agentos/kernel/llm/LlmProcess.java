// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running {@code llm-service}: newline JSON over its standard streams, each served by a thread
 * of its own, so that a slow service never holds up the reactor. It ends by itself when the kernel
 * is gone, as its input ends then.
 */
final class LlmProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LlmProcess.class);
  private static final int WRITE_QUEUE = 1024;
  private static final byte[] STOP = new byte[0];

  private final Process process;
  private final BlockingQueue<byte[]> toWrite = new ArrayBlockingQueue<>(WRITE_QUEUE);

  /**
   * Starts the service.
   *
   * @param answers told of each line, on the reading thread
   * @param ended told once when the service is gone, on the reading thread
   */
  LlmProcess(LlmConfig config, Consumer<JsonNode> answers, Runnable ended) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(config.command());
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(config.environment());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    process = builder.start();
    thread("llm-reader", () -> read(answers, ended));
    thread("llm-writer", this::write);
  }

  private static void thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Queues a line, its newline included; false when the service does not keep up. */
  boolean send(byte[] line) {
    return toWrite.offer(line);
  }

  /**
   * Asks for a request under way to be given up; of no use, and so dropped, when nothing gets
   * through.
   */
  void cancel(int id, int target) {
    String line = "{\"id\":" + id + ",\"op\":\"cancel\",\"target\":" + target + "}\n";
    if (!toWrite.offer(line.getBytes(StandardCharsets.US_ASCII))) {
      log.warn("llm-service does not keep up: request {} goes on unwanted", target);
    }
  }

  private void read(Consumer<JsonNode> answers, Runnable ended) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      while (true) {
        Optional<String> line = Optional.ofNullable(lines.readLine());
        if (line.isEmpty()) {
          break;
        }
        parse(line.get()).ifPresent(answers);
      }
    } catch (IOException e) {
      log.warn("reading from llm-service failed: {}", e.toString());
    } finally {
      toWrite.clear();
      toWrite.add(STOP);
      ended.run();
    }
  }

  private static Optional<JsonNode> parse(String line) {
    try {
      return Optional.of(Json.MAPPER.readTree(line));
    } catch (JsonProcessingException e) {
      log.error(
          "llm-service wrote a line that is no JSON ({} characters); it is dropped", line.length());
      return Optional.empty();
    }
  }

  private void write() {
    try (OutputStream out = process.getOutputStream()) {
      for (byte[] line = toWrite.take(); line != STOP; line = toWrite.take()) {
        out.write(line);
        out.flush();
      }
    } catch (IOException gone) {
      log.debug("llm-service takes no more requests: {}", gone.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
