// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.offline.OfflineScript;
import io.agentos.llm.offline.ScriptReader;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.RequestReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bounds of the service and its order, with the real offline provider. */
@Timeout(30)
final class ServiceTest {
  private static final String SLOW = "rules: [{match: slow, delay_ms: 600000, content: late}]\n";

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** Takes whole writes only: a line that came in two pieces would be no JSON. */
  private final OutputStream out =
      new OutputStream() {
        @Override
        public void write(int b) {
          throw new AssertionError("lines are written whole");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
          lines.add(new String(bytes, offset, length, UTF_8));
        }
      };

  private Service service(Path directory, String script) throws IOException, SettingsException {
    OfflineScript parsed =
        ScriptReader.read(Files.writeString(directory.resolve("s.yaml"), script));
    return new Service(
        new Providers(settings(directory, Map.of()), parsed), writer(), System::nanoTime);
  }

  private LineWriter writer() {
    return new LineWriter(
        out,
        new Redactor(List.of()),
        () -> {
          throw new AssertionError("the output is whole");
        });
  }

  private static Settings settings(Path directory, Map<String, String> environment)
      throws SettingsException {
    return Settings.load(
        new Settings.Sources(Optional.empty(), Optional.empty(), directory, environment),
        Kinds.all());
  }

  private static void send(Service service, ObjectNode request) throws Exception {
    service.handle(RequestReader.read(request.toString().getBytes(UTF_8)));
  }

  private JsonNode next() throws Exception {
    String line = lines.poll(10, TimeUnit.SECONDS);
    assertThat(line).isNotNull().endsWith("\n");
    return Json.mapper().readTree(line);
  }

  @Test
  void refusesTheRequestThatIsOneTooMany(@TempDir Path directory) throws Exception {
    Service service = service(directory, SLOW);
    for (int id = 1; id <= Limits.REQUESTS_MAX; id++) {
      send(service, Requests.generate(id, "slow"));
    }

    send(service, Requests.generate(1_000, "hi"));

    JsonNode refusal = next();
    assertThat(refusal.path("id").asInt()).isEqualTo(1_000);
    assertThat(refusal.path("code").asText()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(refusal.path("retryable").asBoolean()).isTrue();

    send(service, Json.object().put("id", 1_001).put("op", "cancel").put("target", 5));
    assertThat(next().path("code").asText()).isEqualTo("CANCELLED");
    send(service, Requests.generate(1_002, "hi"));
    assertThat(next().path("type").asText()).isEqualTo("result");
  }

  @Test
  void answersEveryRequestOnce_whenManyComeAtOnceAndHalfAreCancelled(@TempDir Path directory)
      throws Exception {
    Service service = service(directory, SLOW);
    Set<Integer> open = new HashSet<>();
    for (int id = 1; id <= 1_000; id++) {
      ObjectNode request = Requests.generate(id, id % 2 == 0 ? "slow" : "one two three four five");
      send(service, request.put("stream", true).put("caller", "worker-" + id % 7));
      open.add(id);
      if (id % 2 == 0) {
        send(service, Json.object().put("id", 100_000 + id).put("op", "cancel").put("target", id));
      }
      while (open.size() > 40) {
        finished(next(), open);
      }
    }
    while (!open.isEmpty()) {
      finished(next(), open);
    }

    send(service, Json.object().put("id", 5_000).put("op", "status"));
    JsonNode status = next();
    assertThat(status.path("answered").asInt()).isEqualTo(500);
    assertThat(status.path("failed").asInt()).isEqualTo(500);
    assertThat(status.path("running").asInt()).isZero();
    assertThat(lines).isEmpty();
  }

  private static void finished(JsonNode line, Set<Integer> open) {
    int id = line.path("id").asInt();
    assertThat(open).as("no line after the last of %d", id).contains(id);
    String type = line.path("type").asText();
    if (type.equals("error")) {
      assertThat(line.path("code").asText()).isEqualTo("CANCELLED");
      assertThat(id % 2).isZero();
    }
    if (!type.equals("delta")) {
      open.remove(id);
    }
  }

  @Test
  void countsCallsInTheOrderOfTheirArrival_whenACallerSendsManyAtOnce(@TempDir Path directory)
      throws Exception {
    StringBuilder script = new StringBuilder("rules:\n");
    for (int call = 1; call <= 50; call++) {
      script
          .append("  - {call: ")
          .append(call)
          .append(", content: 'answer ")
          .append(call)
          .append("'}\n");
    }
    Service service = service(directory, script.toString());
    for (int id = 1; id <= 50; id++) {
      send(service, Requests.generate(id, "hi"));
    }

    for (int i = 1; i <= 50; i++) {
      JsonNode result = next();
      assertThat(result.path("content").asText()).isEqualTo("answer " + result.path("id").asInt());
    }
  }

  @Test
  void endsOnlyThatRequest_whenAProviderBreaks(@TempDir Path directory) throws Exception {
    // This expression needs a stack frame for each character.
    Service service = service(directory, "rules: [{match: '^(a|b)*c', content: x}]");
    send(service, Requests.generate(1, "ab".repeat(30_000)));

    JsonNode error = next();
    assertThat(error.path("code").asText()).isEqualTo("INTERNAL");
    assertThat(error.path("message").asText()).isEqualTo("the provider broke");

    send(service, Requests.generate(2, "hi"));
    assertThat(next().path("type").asText()).isEqualTo("result");
  }

  @Test
  void failsAnAnswerThatIsTooLongForALine(@TempDir Path directory) throws Exception {
    Service service =
        service(directory, "rules: [{match: '.*', content: '" + "$0".repeat(200) + "'}]");
    send(service, Requests.generate(1, "x".repeat(60_000)));

    JsonNode error = next();
    assertThat(error.path("code").asText()).isEqualTo("UNAVAILABLE");
    assertThat(error.path("message").asText())
        .isEqualTo("the answer is longer than 8388608 characters");
  }

  @Test
  void letsWhatRunsFinish_whenTheInputEnds(@TempDir Path directory) throws Exception {
    Service service = service(directory, "rules: [{delay_ms: 20, content: done}]");
    send(service, Requests.generate(1, "hi"));

    service.drain(Duration.ofSeconds(10));

    assertThat(lines).hasSize(1);
    assertThat(next().path("content").asText()).isEqualTo("done");
  }

  @Test
  void isToldWhenNobodyReadsItsAnswers() {
    StringBuilder told = new StringBuilder();
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };

    new LineWriter(broken, new Redactor(List.of()), () -> told.append("told")).write(Json.object());

    assertThat(told).hasToString("told");
  }

  @Test
  void choosesTheProviderByWhatIsThere(@TempDir Path directory) throws Exception {
    Map<String, String> key = Map.of("GEMINI_API_KEY", "a-key-that-is-long-enough");
    Map<String, String> both = new HashMap<>(key);
    both.put("AGENTOS_LLM_SCRIPT", "s.yaml");

    assertThat(settings(directory, Map.of()).preset().name()).isEqualTo("offline");
    assertThat(settings(directory, key).preset().name()).isEqualTo("gemini");
    assertThat(settings(directory, both).preset().name()).isEqualTo("offline");
  }

  @Test
  void sendsAModelThatBeginsWithAProvidersNameToThatProvider(@TempDir Path directory)
      throws Exception {
    Service service = service(directory, "default: {content: x}");

    send(service, Requests.generate(1, "hi").put("model", "offline/anything"));
    assertThat(next().path("provider").asText()).isEqualTo("offline");
    send(service, Requests.generate(2, "hi").put("model", "gemini/gemini-2.5-pro"));
    assertThat(next().path("message").asText()).startsWith("the provider gemini has no API key");
    send(service, Requests.generate(3, "hi").put("model", "vendor/model"));
    assertThat(next().path("type").asText()).isEqualTo("result");
    send(service, Requests.generate(4, "hi").put("model", "openai/"));
    JsonNode refusal = next();
    assertThat(refusal.path("code").asText()).isEqualTo("INVALID_REQUEST");
    assertThat(refusal.path("sent").asBoolean(true)).isFalse();
  }
}
