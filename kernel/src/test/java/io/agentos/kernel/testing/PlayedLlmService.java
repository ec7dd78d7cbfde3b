// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.llm.BudgetRule;
import io.agentos.kernel.llm.LlmConfig;
import io.agentos.kernel.llm.Price;
import io.agentos.kernel.llm.RateLimits;
import io.agentos.kernel.wire.Json;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The LLM service's part, played by the test line by line: the process that the kernel starts hands
 * its standard streams on to here.
 */
public final class PlayedLlmService implements AutoCloseable {
  private static final String RELAY =
      """
      import os, socket, sys, threading
      s = socket.socket(socket.AF_UNIX)
      s.connect(sys.argv[1])
      def up():
          while data := os.read(0, 65536):
              s.sendall(data)
          s.shutdown(socket.SHUT_WR)
      threading.Thread(target=up, daemon=True).start()
      while data := s.recv(65536):
          while data:
              data = data[os.write(1, data):]
      os._exit(0)
      """;

  private static final String READY =
      "{\"type\":\"ready\",\"protocol\":1,\"provider\":\"played\",\"model\":\"played-1\"}";

  private final ServerSocketChannel server;
  private final Path folder;
  private final Path socket;

  public PlayedLlmService() throws IOException {
    folder = Files.createTempDirectory("llm");
    socket = folder.resolve("s");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
  }

  /** What the kernel has to run. */
  public List<String> command() {
    return List.of("/usr/bin/python3", "-c", RELAY, socket.toString());
  }

  /** Its sharing with no limits but these, and no retries. */
  public LlmConfig config(int concurrency, int queue) {
    return config(command(), concurrency, queue, 0, Map.of(), Map.of(), Map.of(), List.of());
  }

  public LlmConfig config(
      List<String> command,
      int concurrency,
      int queue,
      int retries,
      Map<String, RateLimits> limits,
      Map<String, Price> prices,
      Map<String, List<String>> fallbacks,
      List<BudgetRule> budgets) {
    return new LlmConfig(
        command,
        List.of("PATH"),
        folder.resolve("usage.db"),
        concurrency,
        queue,
        Duration.ofSeconds(60),
        retries,
        limits,
        prices,
        fallbacks,
        budgets,
        /* door= */ Optional.empty());
  }

  /** The next start of the service. */
  public Conversation next() throws IOException {
    Conversation conversation = new Conversation(server.accept());
    conversation.write(READY);
    return conversation;
  }

  /** The start of the service that {@code cause} brings about. */
  public Conversation next(Runnable cause) throws IOException {
    cause.run();
    return next();
  }

  @Override
  public void close() throws IOException {
    server.close();
    KernelProcess.deleteTree(folder);
  }

  /** One life of the service; closing it is its death. */
  public static final class Conversation implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader lines;

    private Conversation(SocketChannel channel) {
      this.channel = channel;
      this.lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    /** The kernel's next line. */
    public JsonNode read() throws IOException {
      String line = lines.readLine();
      if (line == null) {
        throw new EOFException("the kernel closed the service's input");
      }
      return Json.MAPPER.readTree(line);
    }

    public void write(String line) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    /** Answers a request with that content, at the price of 10 and {@code tokens} tokens. */
    public void answer(JsonNode request, String content, int tokens) throws IOException {
      ObjectNode answer = Json.object().put("id", request.get("id").asInt()).put("type", "result");
      answer.put("content", content).put("provider", "played").put("model", "played-1");
      answer.put("finish_reason", "stop").put("latency_ms", 1);
      ObjectNode usage = answer.putObject("usage");
      usage.put("input", 10).put("output", tokens).put("thinking", 0).put("cached", 0);
      write(answer.toString());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
