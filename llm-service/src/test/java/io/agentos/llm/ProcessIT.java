// SPDX-License-Identifier: MIT
package io.agentos.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Limits;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process: how it starts, what it refuses to start with, how it ends. */
@Timeout(60)
final class ProcessIT {
  private static final int USAGE = 64;
  private static final int CONFIG = 78;

  @Test
  void endsWithinASecond_whenItsInputEnds_whateverIsUnderWay(@TempDir Path directory)
      throws Exception {
    Path script =
        Files.writeString(
            directory.resolve("s.yaml"), "rules: [{delay_ms: 600000, content: late}]");
    Map<String, String> environment = Map.of("AGENTOS_LLM_SCRIPT", script.toString());
    try (ServiceProcess service = ServiceProcess.start(directory, environment)) {
      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      service.send(Requests.generate(1, "hi").toString());
      service.send("{\"id\": 2, \"op\": \"status\"}");
      assertThat(service.next().path("running").asInt()).isEqualTo(1);

      service.closeInput();

      assertThat(service.exitCode(1, TimeUnit.SECONDS)).contains(0);
    }
  }

  @Test
  void answersWhatCameBeforeTheEndOfItsInput(@TempDir Path directory) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(directory, Map.of())) {
      service.send(Requests.generate(1, "hi").toString());
      service.closeInput();

      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      assertThat(service.next().path("type").asText()).isEqualTo("result");
      assertThat(service.exitCode()).contains(0);
    }
  }

  @Test
  void readsALineOfTheLimitAndAnswersALongerOne(@TempDir Path directory) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(List.of("-Xmx512m"), directory, Map.of())) {
      assertThat(service.next().path("type").asText()).isEqualTo("ready");
      ObjectNode request = Requests.generate(1, "");
      int room = Limits.LINE_BYTES_MAX - request.toString().length();

      service.send(Requests.generate(1, "x".repeat(room)).toString());
      assertThat(service.next().path("usage").path("input").asInt()).isEqualTo((room + 3) / 4);

      service.send(Requests.generate(1, "x".repeat(room + 1)).toString());
      JsonNode error = service.next();
      assertThat(error.path("id").asInt()).isZero();
      assertThat(error.path("message").asText())
          .isEqualTo("the line is longer than 67108864 bytes");

      service.send(Requests.generate(3, "hi").toString());
      assertThat(service.next().path("id").asInt()).isEqualTo(3);
    }
  }

  @Test
  void doesNotLoadTheSdk_whenOffline(@TempDir Path directory) throws Exception {
    Path log = directory.resolve("classes");
    List<String> options = List.of("-Xlog:class+load:file=" + log);
    try (ServiceProcess service = ServiceProcess.start(options, directory, Map.of())) {
      service.send(Requests.generate(1, "hi").toString());
      service.closeInput();
      assertThat(service.exitCode()).contains(0);
    }

    assertThat(Files.readString(log))
        .contains("io.agentos.llm.offline.OfflineProvider ")
        .doesNotContain("com.google.", "okhttp3.", "kotlin.", "snakeyaml", "logback");
  }

  @Test
  void refusesABadScript(@TempDir Path directory) throws Exception {
    Path script =
        Files.writeString(directory.resolve("s.yaml"), "rules:\n  - match: a\n    contnt: b\n");
    Map<String, String> environment = Map.of("AGENTOS_LLM_SCRIPT", script.toString());

    refuses(
        directory,
        environment,
        CONFIG,
        "llm-service: "
            + script
            + ": unknown field rule 1 (line 2).contnt;"
            + " did you mean 'content'?\n");
  }

  @Test
  void refusesAnUnknownKeyOfTheConfiguration(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("a.toml"), "[llm]\nprovidr = \"offline\"\n");

    refuses(
        directory,
        Map.of(),
        CONFIG,
        "llm-service: a.toml: unknown field llm.providr; did you mean 'provider'?\n",
        "--config",
        "a.toml");
  }

  @Test
  void refusesGeminiWithoutAKey(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("a.toml"), "[llm]\nprovider = \"gemini\"\n");

    refuses(
        directory,
        Map.of(),
        CONFIG,
        "llm-service: the provider gemini has no API key: set GEMINI_API_KEY in the environment or"
            + " in .env, or api_key in [llm.gemini]\n",
        "--config",
        "a.toml");
  }

  @Test
  void refusesAnUnknownOption(@TempDir Path directory) throws Exception {
    refuses(
        directory,
        Map.of(),
        USAGE,
        "llm-service: unknown option; did you mean '--config'?\n" + CommandLine.USAGE + "\n",
        "--confg",
        "x");
  }

  @Test
  void explainsItself(@TempDir Path directory) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(directory, Map.of(), "--help")) {
      assertThat(service.exitCode()).contains(0);
      assertThat(service.output() + "\n").isEqualTo(CommandLine.USAGE);
    }
  }

  private static void refuses(
      Path directory,
      Map<String, String> environment,
      int exitCode,
      String errors,
      String... arguments)
      throws Exception {
    try (ServiceProcess service = ServiceProcess.start(directory, environment, arguments)) {
      assertThat(service.exitCode()).contains(exitCode);
      assertThat(service.errors()).isEqualTo(errors);
      assertThat(service.output()).isEmpty();
    }
  }
}
