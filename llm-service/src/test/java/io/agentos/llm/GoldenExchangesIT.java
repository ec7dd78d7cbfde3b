// SPDX-License-Identifier: MIT
package io.agentos.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays the exchanges of the contract, in the format their README describes. */
final class GoldenExchangesIT {
  private static final Path FOLDER = Path.of("..", "docs", "contract", "llm");

  private final Map<Long, Deque<ObjectNode>> early = new HashMap<>();

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void goesAsWritten(Path file, @TempDir Path directory) throws IOException, InterruptedException {
    JsonNode exchange = Json.mapper().readTree(file.toFile());
    Map<String, String> environment = new HashMap<>();
    if (exchange.has("script")) {
      Path script = directory.resolve("script.json");
      Files.writeString(script, exchange.get("script").toString());
      environment.put("AGENTOS_LLM_SCRIPT", script.toString());
    }

    for (Map.Entry<String, JsonNode> entry : exchange.path("files").properties()) {
      Files.writeString(directory.resolve(entry.getKey()), text(entry.getValue()));
    }
    String[] arguments =
        exchange.has("files") ? new String[] {"--config", "agentos.toml"} : new String[0];

    try (ServiceProcess service = ServiceProcess.start(directory, environment, arguments)) {
      for (JsonNode step : exchange.get("steps")) {
        if (step.has("send")) {
          JsonNode line = step.get("send");
          service.send(line.isTextual() ? line.textValue() : line.toString());
        } else {
          expect(service, (ObjectNode) step.get("expect"));
        }
      }
      int printed = service.output().split("\n").length;
      service.closeInput();

      assertThat(service.exitCode()).contains(0);
      assertThat(service.output().split("\n")).hasSize(printed);
      assertThat(early.values()).allMatch(Deque::isEmpty);
    }
  }

  /** Lines as they are, or objects as one line each. */
  private static String text(JsonNode lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.isTextual() ? line.textValue() : line).append('\n'));
    return text.toString();
  }

  private void expect(ServiceProcess service, ObjectNode expected)
      throws IOException, InterruptedException {
    long id = expected.path("id").asLong();
    Deque<ObjectNode> waiting = early.computeIfAbsent(id, key -> new ArrayDeque<>());
    List<ObjectNode> others = new ArrayList<>();
    while (waiting.isEmpty()) {
      ObjectNode line = (ObjectNode) service.next();
      long lineId = line.path("id").asLong();
      early.computeIfAbsent(lineId, key -> new ArrayDeque<>()).add(line);
      others.add(line);
    }
    ObjectNode actual = waiting.removeFirst();
    if (expected.has("latency_ms")) {
      assertThat(actual.path("latency_ms").asLong(-1)).isNotNegative();
      actual.set("latency_ms", expected.get("latency_ms"));
    }
    assertThat((JsonNode) actual).as("lines read: %s", others).isEqualTo(expected);
  }
}
