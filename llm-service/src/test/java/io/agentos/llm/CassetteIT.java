// SPDX-License-Identifier: MIT
package io.agentos.llm;

import static io.agentos.llm.testing.FakeServer.reply;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records at a provider, closes it, and plays the cassette in a process without a key. */
@Timeout(60)
final class CassetteIT {
  private static final String KEY = "sk-live-0123456789_abcdefghijklmnop";
  private static final int REQUESTS = 50;

  /** The same question is asked this often. */
  private static final int EQUAL = 5;

  @TempDir private Path directory;
  private final AtomicInteger answers = new AtomicInteger();
  private Path cassette = Path.of("");

  @BeforeEach
  void nameTheCassette() {
    cassette = directory.resolve("c.jsonl");
  }

  /** No two answers are alike, so that equal ones come from the cassette. */
  private void answer(HttpExchange exchange) throws IOException {
    int number = answers.incrementAndGet();
    String text = "Answer " + number + ": you sent " + KEY + ", Grüße.";
    if (number % 10 == 0) {
      exchange.getResponseHeaders().set("Retry-After", "3");
      reply(exchange, 429, "{\"error\": {\"message\": \"" + text + "\"}}");
      return;
    }
    var stream = FakeServer.stream(exchange);
    for (String piece : text.split("(?<= )")) {
      stream.write(
          ("data: {\"choices\": [{\"delta\": {\"content\": \"" + piece + "\"}}]}\n\n")
              .getBytes(UTF_8));
      stream.flush();
    }
    stream.write(
        ("data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"stop\"}],"
                + " \"usage\": {\"prompt_tokens\": 9, \"completion_tokens\": 4}}\n\n")
            .getBytes(UTF_8));
  }

  private ServiceProcess start(String mode, Map<String, String> more) throws IOException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("AGENTOS_LLM_CASSETTE", cassette.toString());
    environment.put("AGENTOS_LLM_CASSETTE_MODE", mode);
    return ServiceProcess.start(directory, environment);
  }

  private ServiceProcess record(FakeServer server) throws IOException {
    return start("record", Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.url() + "/v1"));
  }

  private static ObjectNode request(int id) {
    ObjectNode request = Requests.generate(id, "question " + id / EQUAL + " with " + KEY);
    return request
        .put("stream", id / EQUAL % 2 == 0)
        .put("model", "openai/gpt-5-mini")
        .put("caller", "worker-" + id % 3);
  }

  /** The lines of each request, in their order, as bytes of JSON. */
  private static Map<Integer, List<String>> ask(ServiceProcess service) throws Exception {
    assertThat(service.next().path("type").asText()).isEqualTo("ready");
    for (int id = 1; id <= REQUESTS; id++) {
      service.send(request(id).toString());
    }
    Map<Integer, List<String>> lines = new TreeMap<>();
    int open = REQUESTS;
    while (open > 0) {
      JsonNode line = service.next();
      lines.computeIfAbsent(line.path("id").asInt(), id -> new ArrayList<>()).add(line.toString());
      open -= line.path("type").asText().equals("delta") ? 0 : 1;
    }
    service.closeInput();
    assertThat(service.exitCode()).contains(0);
    return lines;
  }

  @Test
  void playsByteForByteWhatWasRecorded_withoutKeyAndServer() throws Exception {
    Map<Integer, List<String>> recorded;
    try (FakeServer server = new FakeServer(this::answer);
        ServiceProcess service = record(server)) {
      recorded = ask(service);
    }
    assertThat(answers).hasValue(REQUESTS);
    assertThat(recorded.values().stream().distinct()).hasSize(REQUESTS);

    for (int run = 0; run < 2; run++) {
      try (ServiceProcess service = start("replay", Map.of())) {
        assertThat(ask(service)).isEqualTo(withoutTheKey(recorded));
      }
    }
    String text = Files.readString(cassette);
    assertThat(text.lines()).hasSize(REQUESTS);
    assertThat(text).doesNotContain(KEY).doesNotContain("worker-").contains("[redacted]");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cassette)))
        .isEqualTo("rw-------");
  }

  /** What was printed while recording has no key either, so that nothing changes. */
  private static Map<Integer, List<String>> withoutTheKey(Map<Integer, List<String>> lines) {
    assertThat(lines.toString()).doesNotContain(KEY);
    return lines;
  }

  private static void awaitResult(ServiceProcess service) throws Exception {
    String type = "";
    while (!type.equals("result")) {
      type = service.next().path("type").asText();
    }
  }

  @Test
  void recordsOnAfterAKill_whenTheLastLineIsTorn() throws Exception {
    try (FakeServer server = new FakeServer(this::answer)) {
      try (ServiceProcess service = record(server)) {
        assertThat(service.next().path("type").asText()).isEqualTo("ready");
        service.send(request(10).toString());
        awaitResult(service);
      }
      String whole = Files.readString(cassette);
      Files.writeString(cassette, whole + whole.substring(0, whole.length() / 2));

      try (ServiceProcess service = record(server)) {
        assertThat(service.next().path("type").asText()).isEqualTo("ready");
        service.send(request(11).toString());
        awaitResult(service);
        service.closeInput();
        assertThat(service.exitCode()).contains(0);
        assertThat(service.errors()).contains("the last line is incomplete and is dropped");
      }
      assertThat(Files.readString(cassette)).startsWith(whole).contains("\"ordinal\":2");
      assertThat(Files.readString(cassette).lines()).hasSize(2);
    }
  }

  @Test
  void answersAllTheSame_whenTheDiskIsFull_andTheCassetteStaysWhole() throws Exception {
    Map<String, String> environment =
        Map.of("AGENTOS_LLM_CASSETTE", cassette.toString(), "AGENTOS_LLM_CASSETTE_MODE", "record");
    // No file may have more than 1 KiB, which holds two exchanges.
    List<String> wrapper = List.of("bash", "-c", "ulimit -f 1; exec \"$@\"", "bash");
    try (ServiceProcess service =
        ServiceProcess.start(wrapper, List.of("-XX:-UsePerfData"), directory, environment)) {
      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      for (int id = 1; id <= 4; id++) {
        service.send(Requests.generate(id, "hi").toString());
        assertThat(service.next().path("type").asText()).isEqualTo("result");
      }
      service.closeInput();
      assertThat(service.exitCode()).contains(0);
      assertThat(service.errors()).contains("an exchange is not recorded");
    }
    assertThat(Files.readString(cassette).lines()).hasSize(2);
    assertThat(Files.readString(cassette)).endsWith("}\n");
  }

  @Test
  void namesTheNearest_whenARequestWasNotRecorded() throws Exception {
    try (FakeServer server = new FakeServer(this::answer);
        ServiceProcess service = record(server)) {
      ask(service);
    }
    try (ServiceProcess service = start("replay", Map.of())) {
      JsonNode ready = service.next();
      assertThat(ready.at("/providers/2/usable").asBoolean()).isTrue();
      ObjectNode request = request(7).put("temperature", 0.5);

      service.send(request.toString());

      JsonNode error = service.next();
      assertThat(error.path("code").asText()).isEqualTo("NOT_FOUND");
      assertThat(error.path("retryable").asBoolean(true)).isFalse();
      assertThat(error.path("sent").asBoolean(true)).isFalse();
      assertThat(error.path("message").asText())
          .contains("nearest is line ")
          .contains("\"question 1 with ")
          .contains("differs first in messages[0].content[0].text");
    }
  }

  @Test
  void refusesToStart_whenTwoRecordOrTheCassetteIsMissing() throws Exception {
    try (ServiceProcess first = start("record", Map.of())) {
      assertThat(first.next().path("type").asText()).isEqualTo("ready");
      try (ServiceProcess second = start("record", Map.of())) {
        assertThat(second.exitCode()).contains(78);
        assertThat(second.errors()).contains("another process is recording");
      }
    }
    cassette = directory.resolve("none.jsonl");
    try (ServiceProcess service = start("replay", Map.of())) {
      assertThat(service.exitCode()).contains(78);
      assertThat(service.errors()).contains("there is no such cassette; record it first");
    }
  }
}
