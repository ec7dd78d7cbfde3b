// SPDX-License-Identifier: MIT
package io.agentos.llm.anthropic;

import static io.agentos.llm.testing.FakeServer.replying;
import static java.nio.charset.StandardCharsets.UTF_8;
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
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Anthropic's models need beyond what all providers have in common. */
final class AnthropicProviderTest {
  private static final String OLD = "claude-sonnet-4-20250514";
  private static final String OK =
      "{\"type\": \"message\", \"content\": [{\"type\": \"text\", \"text\": \"ok\"}],"
          + " \"stop_reason\": \"end_turn\"}";

  @TempDir private Path directory;

  private Provider provider(FakeServer server) throws Exception {
    Path config =
        Files.writeString(directory.resolve("agentos.toml"), "[llm]\nprovider = 'anthropic'\n");
    Settings settings =
        Settings.load(
            new Settings.Sources(
                Optional.of(config),
                Optional.empty(),
                directory,
                Map.of(
                    "ANTHROPIC_API_KEY",
                    "sk-ant-0123456789abcdef",
                    "ANTHROPIC_BASE_URL",
                    server.url() + "/")),
            Kinds.all());
    return new AnthropicProvider(settings.preset(), settings.redactor());
  }

  private JsonNode sent(ObjectNode request) throws Exception {
    try (FakeServer server = new FakeServer(replying(200, OK))) {
      provider(server).generate(Requests.prompt(request), FakeCall.whole());
      assertThat(server.received().get(0).target()).isEqualTo("/v1/messages");
      return server.received().get(0).body();
    }
  }

  @Test
  void givesOlderModelsABudgetToThinkWithAndRoomForTheAnswer() throws Exception {
    ObjectNode request = Requests.generate(1, "hi").put("thinking_level", "medium");

    JsonNode body = sent(request.put("model", OLD));

    assertThat(body.at("/thinking/budget_tokens").asInt()).isEqualTo(8_192);
    assertThat(body.path("max_tokens").asInt()).isEqualTo(8_192 + 16_384);
    assertThat(body.has("output_config")).isFalse();
  }

  @Test
  void hasOneToolThatOlderModelsCanBeMadeToCall_theAnswersOrTheRequests() throws Exception {
    ObjectNode request = Requests.generate(1, "hi").put("model", OLD).put("tool_choice", "none");
    request.withArray("tools").addObject().put("name", "add");
    request.putObject("response_schema").put("type", "object");

    assertThat(sent(request).path("tool_choice"))
        .isEqualTo(Json.object().put("type", "tool").put("name", "answer"));
    request.put("tool_choice", "required");
    FailureException failed = catchThrowableOfType(FailureException.class, () -> sent(request));

    assertThat(failed.failure().code()).isEqualTo(ErrorCode.UNSUPPORTED);
    assertThat(failed.failure().message()).contains("anthropic", "tool_choice", "response_schema");
  }

  @Test
  void leavesTheLimitAloneThatTheRequestHas() throws Exception {
    ObjectNode request = Requests.generate(1, "hi").put("thinking_level", "low");

    JsonNode body = sent(request.put("model", OLD).put("max_tokens", 2_000));

    assertThat(body.path("max_tokens").asInt()).isEqualTo(2_000);
  }

  @Test
  void closesTheObjectsOfASchemaThatDoNotSayTheyAreOpen() throws Exception {
    ObjectNode request = Requests.generate(1, "hi");
    request.set(
        "response_schema",
        Json.mapper()
            .readTree(
                "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"object\"},"
                    + " \"b\": {\"type\": \"object\", \"additionalProperties\": true}}}"));

    JsonNode schema = sent(request).at("/output_config/format/schema");

    assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
    assertThat(schema.at("/properties/a/additionalProperties").asBoolean(true)).isFalse();
    assertThat(schema.at("/properties/b/additionalProperties").asBoolean()).isTrue();
  }

  @Test
  void hasOlderModelsAnswerBySchemaThroughATool() throws Exception {
    String body =
        "{\"type\": \"message\", \"content\": [{\"type\": \"tool_use\", \"id\": \"t1\","
            + " \"name\": \"answer\", \"input\": {\"n\": 4}}], \"stop_reason\": \"tool_use\"}";
    ObjectNode request = Requests.generate(1, "2+2?").put("model", OLD);
    request.putObject("response_schema").put("type", "object");
    try (FakeServer server = new FakeServer(replying(200, body))) {
      Answer answer = provider(server).generate(Requests.prompt(request), FakeCall.whole());

      JsonNode sent = server.received().get(0).body();
      assertThat(sent.at("/tools/0/name").asText()).isEqualTo("answer");
      assertThat(sent.at("/tool_choice/type").asText()).isEqualTo("any");
      assertThat(answer.content()).isEqualTo("{\"n\":4}");
      assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(answer.toolCalls()).isEmpty();
    }
  }

  private static final List<String> THINKING =
      List.of(
          "{\"type\": \"message_start\", \"message\": {}}",
          "{\"type\": \"content_block_start\", \"index\": 0,"
              + " \"content_block\": {\"type\": \"thinking\", \"thinking\": \"\"}}",
          "{\"type\": \"content_block_delta\", \"index\": 0,"
              + " \"delta\": {\"type\": \"thinking_delta\", \"thinking\": \"Let me \"}}",
          "{\"type\": \"content_block_delta\", \"index\": 0,"
              + " \"delta\": {\"type\": \"thinking_delta\", \"thinking\": \"see.\"}}",
          "{\"type\": \"content_block_delta\", \"index\": 0,"
              + " \"delta\": {\"type\": \"signature_delta\", \"signature\": \"c2ln\"}}",
          "{\"type\": \"content_block_start\", \"index\": 1, \"content_block\":"
              + " {\"type\": \"tool_use\", \"id\": \"t1\", \"name\": \"look\", \"input\": {}}}",
          "{\"type\": \"message_delta\", \"delta\": {\"stop_reason\": \"tool_use\"}}",
          "{\"type\": \"message_stop\"}");

  @Test
  void quotesItsCallsWithTheThoughtsThatCameWithThem() throws Exception {
    try (FakeServer server =
        new FakeServer(
            exchange -> {
              var stream = FakeServer.stream(exchange);
              for (String event : THINKING) {
                stream.write(("data: " + event + "\n\n").getBytes(UTF_8));
              }
            })) {
      Provider provider = provider(server);
      ObjectNode request = Requests.generate(1, "look");
      Answer answer = provider.generate(Requests.prompt(request), FakeCall.streamed());
      assertThat(answer.content()).isEmpty();
      ObjectNode quoted = Requests.message(request, "assistant", "");
      quoted.putArray("tool_calls").addObject().put("id", "t1").put("name", "look");
      Requests.message(request, "tool", "a dog").put("tool_call_id", "t1");

      provider.generate(Requests.prompt(request), FakeCall.streamed());

      JsonNode turn = server.received().get(1).body().at("/messages/1/content");
      assertThat(turn.path(0))
          .isEqualTo(
              Json.mapper()
                  .readTree(
                      "{\"type\": \"thinking\", \"thinking\": \"Let me see.\","
                          + " \"signature\": \"c2ln\"}"));
      assertThat(turn.at("/1/id").asText()).isEqualTo("t1");
    }
  }
}
