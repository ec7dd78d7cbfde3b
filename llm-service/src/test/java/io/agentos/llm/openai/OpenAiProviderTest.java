// SPDX-License-Identifier: MIT
package io.agentos.llm.openai;

import static io.agentos.llm.testing.FakeServer.replying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.serve.Kinds;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers that speak Chat Completions do beyond what all providers have in common. */
final class OpenAiProviderTest {
  @TempDir private Path directory;

  /** A server of one's own: it has a URL and no key, whatever the environment has. */
  private Provider provider(FakeServer server) throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("agentos.toml"),
            "[llm]\nprovider = 'local'\n[llm.providers.local]\nkind = 'openai'\nmodel = 'm'\n"
                + "base_url = '"
                + server.url()
                + "/v1'\n");
    Settings settings =
        Settings.load(
            new Settings.Sources(
                Optional.of(config),
                Optional.empty(),
                directory,
                Map.of("OPENAI_API_KEY", "sk-of-another-service-0123")),
            Kinds.all());
    return new OpenAiProvider(settings.preset(), settings.redactor());
  }

  private Answer answer(String choice) throws Exception {
    try (FakeServer server = new FakeServer(replying(200, "{\"choices\": [" + choice + "]}"))) {
      return provider(server).generate(Requests.prompt("hi"), FakeCall.whole());
    }
  }

  private Failure failure(int status, String body) throws Exception {
    try (FakeServer server = new FakeServer(replying(status, body))) {
      Provider provider = provider(server);
      return catchThrowableOfType(
              FailureException.class,
              () -> provider.generate(Requests.prompt("hi"), FakeCall.whole()))
          .failure();
    }
  }

  @Test
  void sendsNoKeyToAServerThatNoneIsNamedFor() throws Exception {
    try (FakeServer server =
        new FakeServer(
            replying(
                200,
                "{\"choices\": [{\"message\": {\"content\": \"ok\"}, \"finish_reason\":"
                    + " \"stop\"}]}"))) {
      provider(server).generate(Requests.prompt("hi"), FakeCall.whole());

      assertThat(server.received().get(0).headers()).doesNotContainKey("Authorization");
      assertThat(server.received().get(0).target()).isEqualTo("/v1/chat/completions");
    }
  }

  @Test
  void limitsTheAnswerByTheNameThatTheServerKnows() {
    ObjectNode request = Requests.generate(1, "hi").put("max_tokens", 9);

    JsonNode own = new OpenAiPrompt(Requests.prompt(request), "m", true).body(false);
    JsonNode others = new OpenAiPrompt(Requests.prompt(request), "m", false).body(false);

    assertThat(own.path("max_completion_tokens").asInt()).isEqualTo(9);
    assertThat(own.has("max_tokens")).isFalse();
    assertThat(others.path("max_tokens").asInt()).isEqualTo(9);
    assertThat(others.has("max_completion_tokens")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\": \"string\"}|true",
        "{\"type\": \"object\"}|false",
        "{\"type\": \"object\", \"properties\": {}, \"additionalProperties\": false}|true",
        "{\"type\": \"object\", \"properties\": {\"a\": {}}, \"additionalProperties\": false}|false",
        "{\"type\": \"array\", \"items\": {\"type\": \"object\"}}|false",
      })
  void asksStrictlyOnlyForSchemasThatCanBe(String schema, boolean strict) throws Exception {
    assertThat(StrictSchema.fits(Json.mapper().readTree(schema))).isEqualTo(strict);
  }

  @Test
  void isARefusal_whenTheModelRefuses() throws Exception {
    Answer answer =
        answer(
            "{\"message\": {\"content\": null, \"refusal\": \"I can't.\"},"
                + " \"finish_reason\": \"stop\"}");

    assertThat(answer.finishReason()).isEqualTo(FinishReason.SAFETY);
    assertThat(answer.content()).isEqualTo("I can't.");
  }

  @Test
  void takesCallsThatSomeServersWriteInTheirOwnWay() throws Exception {
    Answer answer =
        answer(
            "{\"message\": {\"tool_calls\": ["
                + "{\"function\": {\"name\": \"a\", \"arguments\": {\"x\": 1}}},"
                + "{\"id\": \"\", \"function\": {\"name\": \"b\", \"arguments\": \"\"}}]},"
                + " \"finish_reason\": \"stop\"}");

    assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    assertThat(answer.toolCalls()).hasSize(2);
    assertThat(answer.toolCalls().get(0).arguments().path("x").asInt()).isEqualTo(1);
    assertThat(answer.toolCalls().get(1).arguments().isEmpty()).isTrue();
    assertThat(answer.toolCalls().get(1).id()).startsWith("call-");
  }

  private static String called(String arguments, String finish) {
    return "{\"message\": {\"content\": \"So\", \"tool_calls\": [{\"id\": \"c\", \"function\":"
        + " {\"name\": \"a\", \"arguments\": \""
        + arguments
        + "\"}}]}, \"finish_reason\": \""
        + finish
        + "\"}";
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[1]", "5", "not json"})
  void isUnavailable_whenTheModelWritesArgumentsThatAreNone(String arguments) throws Exception {
    Failure failure = failure(200, "{\"choices\": [" + called(arguments, "tool_calls") + "]}");

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.message()).contains("arguments that are no JSON object");
  }

  @Test
  void leavesOutACallThatTheLimitCutOff() throws Exception {
    Answer answer = answer(called("{\\\"x\\\": ", "length"));

    assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(answer.toolCalls()).isEmpty();
    assertThat(answer.content()).isEqualTo("So");
  }

  @Test
  void isNotWorthARetry_whenTheCreditIsUsedUp() throws Exception {
    Failure failure =
        failure(
            429,
            "{\"error\": {\"message\": \"You exceeded your current quota.\","
                + " \"type\": \"insufficient_quota\", \"code\": \"insufficient_quota\"}}");

    assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    assertThat(failure.retryable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\": \"model 'x' not found\"}",
        "{\"object\": \"error\", \"message\": \"model 'x' not found\", \"code\": 404}",
        "{\"error\": {\"message\": \"model 'x' not found\"}}",
      })
  void quotesErrorsFromWhereverServersPutThem(String body) throws Exception {
    Failure failure = failure(404, body);

    assertThat(failure)
        .isEqualTo(
            Failure.lasting(ErrorCode.NOT_FOUND, "local knows no such model: model 'x' not found"));
  }
}
