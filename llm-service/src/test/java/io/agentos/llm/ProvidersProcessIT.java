// SPDX-License-Identifier: MIT
package io.agentos.llm;

import static io.agentos.llm.testing.FakeServer.reply;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers of the configuration's own tables, from the kernel's line to HTTP and back. */
@Timeout(60)
final class ProvidersProcessIT {
  private static final String KEY = "sk-live-0123456789_abcdefghijklmnop";
  private static final int TURNS = 12;

  private static Path config(Path directory, String kind, FakeServer server) throws IOException {
    return Files.writeString(
        directory.resolve("agentos.toml"),
        """
        [llm]
        provider = "acme"

        [llm.providers.acme]
        kind = "%s"
        base_url = "%s"
        api_key_env = "ACME_KEY"
        model = "m"
        """
            .formatted(kind, server.url()));
  }

  private static ServiceProcess start(Path directory, String kind, FakeServer server)
      throws IOException {
    String config = config(directory, kind, server).toString();
    return ServiceProcess.start(directory, Map.of("ACME_KEY", KEY), "--config", config);
  }

  /** An answer that all formats know as theirs, with the same text in it. */
  private static String answer(String text) {
    return """
        {"type": "message", "content": [{"type": "text", "text": "%s"}], "stop_reason": "end_turn",
         "choices": [{"message": {"content": "%s"}, "finish_reason": "stop"}],
         "candidates": [{"content": {"parts": [{"text": "%s"}]}, "finishReason": "STOP"}]}
        """
        .formatted(text, text, text);
  }

  /** Ways in which a server may repeat what it was sent. */
  private static void echo(HttpExchange exchange, int turn) throws IOException {
    String quoted = "You sent " + KEY + " with " + KEY + ".";
    String error = "{\"error\": {\"message\": \"" + quoted + "\", \"type\": \"" + KEY + "\"}}";
    switch (turn) {
      case 0 -> reply(exchange, 200, answer(quoted));
      case 1 -> reply(exchange, 400, error);
      case 2 -> reply(exchange, 401, error);
      case 3 -> reply(exchange, 404, "{\"error\": \"" + "x".repeat(490) + KEY + "\"}");
      case 4 -> reply(exchange, 429, error);
      case 5 -> reply(exchange, 500, error);
      case 6 -> reply(exchange, 503, "<html>" + quoted);
      case 7 -> reply(exchange, 200, "{\"" + KEY);
      case 8 -> reply(exchange, 200, error);
      case 9 -> {
        exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/?key=" + KEY);
        reply(exchange, 302, quoted);
      }
      case 10 ->
          FakeServer.stream(exchange).write(("event: " + KEY + "\ndata: " + KEY).getBytes(UTF_8));
      default -> throw new IOException("the connection is cut");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "anthropic", "gemini"})
  void neverPrintTheKey_whateverTheServerEchoes(String kind, @TempDir Path directory)
      throws Exception {
    AtomicInteger turns = new AtomicInteger();
    List<String> types = new ArrayList<>();
    try (FakeServer server = new FakeServer(exchange -> echo(exchange, turns.getAndIncrement()));
        ServiceProcess service = start(directory, kind, server)) {
      JsonNode ready = service.next();
      assertThat(ready.path("provider").asText()).isEqualTo("acme");
      assertThat(ready.at("/providers/4/usable").asBoolean()).isTrue();
      for (int turn = 0; turn < TURNS; turn++) {
        service.send(Requests.generate(turn + 1, "hi").toString());
        JsonNode line = service.next();
        types.add(line.path("type").asText());
        assertThat(line.path("sent").asBoolean(true)).isTrue();
      }
      service.closeInput();

      assertThat(service.exitCode()).contains(0);
      assertThat(types.get(0)).isEqualTo("result");
      assertThat(types.subList(1, TURNS)).containsOnly("error");
      assertThat(server.received()).hasSize(TURNS);
      assertThat(service.output()).contains("You sent [redacted] with [redacted].");
      for (String printed : List.of(service.output(), service.errors())) {
        assertThat(printed)
            .doesNotContain(KEY)
            .doesNotContain(KEY.substring(0, 12))
            .doesNotContain(KEY.substring(KEY.length() - 12));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "anthropic", "gemini"})
  void closeTheConnection_whenTheKernelCancels(String kind, @TempDir Path directory)
      throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch hungUp = new CountDownLatch(1);
    FakeServer.Behaviour endless =
        exchange -> {
          var stream = FakeServer.stream(exchange);
          asked.countDown();
          FakeServer.awaitHangUp(stream, ": waiting\n\n");
          hungUp.countDown();
        };
    try (FakeServer server = new FakeServer(endless);
        ServiceProcess service = start(directory, kind, server)) {
      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      service.send(Requests.generate(1, "hi").put("stream", true).toString());
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

      service.send("{\"id\": 2, \"op\": \"cancel\", \"target\": 1}");

      JsonNode cancelled = service.next();
      assertThat(cancelled.path("code").asText()).isEqualTo("CANCELLED");
      assertThat(cancelled.path("sent").asBoolean()).isTrue();
      assertThat(hungUp.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void sayThatNothingWasSent_whenNobodyListens(@TempDir Path directory) throws Exception {
    FakeServer server = new FakeServer(exchange -> {});
    server.close();
    try (ServiceProcess service = start(directory, "openai", server)) {
      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      service.send(Requests.generate(1, "hi").toString());

      JsonNode error = service.next();
      assertThat(error.path("message").asText()).isEqualTo("acme cannot be reached");
      assertThat(error.path("retryable").asBoolean()).isTrue();
      assertThat(error.path("sent").asBoolean(true)).isFalse();
    }
  }
}
