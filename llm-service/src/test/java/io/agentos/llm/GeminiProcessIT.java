// SPDX-License-Identifier: MIT
package io.agentos.llm;

import static io.agentos.llm.testing.FakeGemini.error;
import static io.agentos.llm.testing.FakeGemini.event;
import static io.agentos.llm.testing.FakeGemini.reply;
import static io.agentos.llm.testing.FakeGemini.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.agentos.llm.testing.FakeGemini;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.testing.ServiceProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: kernel's line, process, HTTP, and back. */
@Timeout(60)
final class GeminiProcessIT {
  private static final String KEY = "AIzaSyTest-0123456789_abcdefghijklmnopq";

  private static Map<String, String> environment(FakeGemini server) {
    return Map.of("GEMINI_API_KEY", KEY, "AGENTOS_GEMINI_BASE_URL", server.url());
  }

  @Test
  void answersFromGemini_whenThereIsAKey(@TempDir Path directory) throws Exception {
    try (FakeGemini server =
            new FakeGemini(
                exchange -> {
                  OutputStream stream = FakeGemini.stream(exchange);
                  event(stream, text("Fo", ""));
                  event(stream, text("ur.", "STOP"));
                });
        ServiceProcess service = ServiceProcess.start(directory, environment(server))) {
      JsonNode ready = service.next();
      assertThat(ready.path("provider").asText()).isEqualTo("gemini");
      assertThat(ready.path("model").asText()).isEqualTo("gemini-2.5-flash");
      assertThat(ready.at("/providers/1/usable").asBoolean()).isTrue();

      service.send(Requests.generate(1, "2+2?").put("stream", true).toString());

      assertThat(service.next().path("content").asText()).isEqualTo("Fo");
      assertThat(service.next().path("content").asText()).isEqualTo("ur.");
      JsonNode result = service.next();
      assertThat(result.path("content").asText()).isEqualTo("Four.");
      assertThat(result.path("provider").asText()).isEqualTo("gemini");
      assertThat(result.path("finish_reason").asText()).isEqualTo("stop");
      assertThat(result.at("/usage/input").asInt()).isEqualTo(4);
    }
  }

  @Test
  void closesTheConnection_whenARequestIsCancelledOrOutOfTime(@TempDir Path directory)
      throws Exception {
    Semaphore asked = new Semaphore(0);
    CountDownLatch answered = new CountDownLatch(1);
    CountDownLatch dropped = new CountDownLatch(2);
    FakeServer.Behaviour endless =
        exchange -> {
          OutputStream stream = FakeGemini.stream(exchange);
          event(stream, text("So ", ""));
          asked.release();
          answered.await();
          try {
            while (true) {
              event(stream, text("and so on ", ""));
            }
          } catch (IOException e) {
            dropped.countDown();
          }
        };
    try (FakeGemini server = new FakeGemini(endless);
        ServiceProcess service = ServiceProcess.start(directory, environment(server))) {
      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      service.send(Requests.generate(1, "hi").toString());
      assertThat(asked.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      service.send(Requests.generate(2, "hi").put("timeout_ms", 1_000).toString());
      assertThat(asked.tryAcquire(20, TimeUnit.SECONDS)).isTrue();

      assertThat(service.next().path("code").asText()).isEqualTo("TIMEOUT");
      service.send("{\"id\": 3, \"op\": \"cancel\", \"target\": 1}");
      assertThat(service.next().path("code").asText()).isEqualTo("CANCELLED");

      answered.countDown();
      assertThat(dropped.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Ways in which a server may repeat what it was sent. */
  private static void echo(HttpExchange exchange, int turn) throws IOException {
    String quoted = "You sent " + KEY + " with " + KEY + ".";
    switch (turn) {
      case 0 -> reply(exchange, 400, error(400, "INVALID_ARGUMENT", quoted));
      case 1 -> reply(exchange, 401, error(401, "UNAUTHENTICATED", quoted));
      case 2 -> reply(exchange, 403, error(403, KEY, quoted));
      case 3 -> reply(exchange, 404, error(404, "NOT_FOUND", "x".repeat(480) + quoted));
      case 4 -> reply(exchange, 429, error(429, "RESOURCE_EXHAUSTED", quoted));
      case 5 -> reply(exchange, 500, error(500, "INTERNAL", quoted));
      case 6 -> reply(exchange, 503, "<html>" + quoted);
      case 7 -> reply(exchange, 200, "{\"" + KEY);
      case 8 -> reply(exchange, 200, "{\"candidates\": \"" + KEY + "\"}");
      case 9 -> reply(exchange, 200, text(quoted, "STOP"));
      case 10 -> reply(exchange, 200, text("", KEY));
      case 11 -> event(FakeGemini.stream(exchange), text(quoted, "STOP"));
      case 12 -> event(FakeGemini.stream(exchange), error(500, "INTERNAL", quoted));
      case 13 -> event(FakeGemini.stream(exchange), "{\"candidates\": [" + KEY);
      case 14 -> {
        exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/?key=" + KEY);
        reply(exchange, 302, quoted);
      }
      default -> throw new IOException("the connection is cut");
    }
  }

  @Test
  void neverPrintsTheKey_whateverTheServerEchoes(@TempDir Path directory) throws Exception {
    AtomicInteger turns = new AtomicInteger();
    List<String> types = new ArrayList<>();
    try (FakeGemini server = new FakeGemini(exchange -> echo(exchange, turns.getAndIncrement()));
        ServiceProcess service = ServiceProcess.start(directory, environment(server))) {
      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      for (int turn = 0; turn <= 15; turn++) {
        boolean stream = turn >= 11 && turn <= 13;
        service.send(Requests.generate(turn + 1, "hi").put("stream", stream).toString());
        String type = "delta";
        while (type.equals("delta")) {
          type = service.next().path("type").asText();
        }
        types.add(type);
      }
      service.send("{\"id\": 100, \"op\": \"" + KEY + "\"}");
      service.send("{\"id\": 101, \"op\": \"status\", \"" + KEY + "\": 1}");
      service.send("garbage " + KEY);
      service.send(Requests.generate(102, KEY).put("provider", KEY).toString());
      service.send(Requests.generate(103, KEY).put("provider", "offline").toString());
      for (int i = 0; i < 5; i++) {
        service.next();
      }
      service.closeInput();

      assertThat(service.exitCode()).contains(0);
      assertThat(types).hasSize(16).contains("result", "error");
      assertThat(service.output()).contains("You sent [redacted] with [redacted].");
      assertThat(service.errors()).contains("UNAVAILABLE");
      for (String printed : List.of(service.output(), service.errors())) {
        assertThat(printed)
            .doesNotContain(KEY)
            .doesNotContain(KEY.substring(0, 12))
            .doesNotContain(KEY.substring(KEY.length() - 12));
      }
    }
  }

  @Test
  void neverPrintsTheKey_whenItsFilesAreWrong(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("a.toml"), "[llm.gemini]\napi_key = " + KEY + "\n");
    Files.writeString(directory.resolve("b.toml"), "[llm.gemini]\nkey = \"" + KEY + "\"\n");
    Files.writeString(directory.resolve("c.toml"), "[llm.gemini]\napi_key = \"" + KEY + " x\"\n");
    Files.writeString(directory.resolve("d.env"), "GEMINI_API_KEY=\"" + KEY + "\n");
    List<List<String>> arguments =
        List.of(
            List.of("--config", "a.toml"),
            List.of("--config", "b.toml"),
            List.of("--config", "c.toml"),
            List.of("--env-file", "d.env"),
            List.of("--key=" + KEY));

    for (List<String> line : arguments) {
      try (ServiceProcess service =
          ServiceProcess.start(directory, Map.of(), line.toArray(String[]::new))) {
        assertThat(service.exitCode().orElseThrow()).isIn(64, 78);
        assertThat(service.errors()).startsWith("llm-service: ").doesNotContain(KEY);
        assertThat(service.output()).isEmpty();
      }
    }
  }
}
