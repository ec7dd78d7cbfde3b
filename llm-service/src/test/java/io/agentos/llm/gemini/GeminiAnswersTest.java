// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import static io.agentos.llm.gemini.GeminiFixture.GEMINI_3;
import static io.agentos.llm.gemini.GeminiFixture.provider;
import static io.agentos.llm.testing.FakeGemini.replying;
import static io.agentos.llm.testing.FakeGemini.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeGemini;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import io.agentos.llm.wire.Usage;
import java.io.IOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is sent to Gemini and what becomes of its answers, over HTTP. */
final class GeminiAnswersTest {
  private static final String CALLS =
      """
      {"candidates": [{"finishReason": "STOP", "content": {"role": "model", "parts": [
        {"thought": true, "text": "which one?"},
        {"text": "Adding."},
        {"functionCall": {"id": "fc-1", "name": "add", "args": {"a": 1, "b": [2, {"c": null}]}},
         "thoughtSignature": "c2lnbmF0dXJl"},
        {"functionCall": {"name": "look"}}]}}],
       "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 7,
                         "thoughtsTokenCount": 30, "cachedContentTokenCount": 64}}
      """;

  private static JsonNode json(String text) throws IOException {
    return Json.mapper().readTree(text);
  }

  @Nested
  final class Answered {
    @Test
    void hasTextUsageAndTheModelThatWasAsked_whenAllIsWell() throws Exception {
      try (FakeGemini server = new FakeGemini(replying(200, text("Four.", "STOP")))) {
        Answer answer = provider(server).generate(Requests.prompt("2+2?"), FakeCall.whole());

        assertThat(answer.content()).isEqualTo("Four.");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.model()).isEqualTo("gemini-2.5-flash");
        assertThat(answer.usage()).isEqualTo(new Usage(4, 2, 0, 0));
        assertThat(answer.toolCalls()).isEmpty();
      }
    }

    @Test
    void hasToolCallsThinkingAndCachedTokensButNoThoughts_whenTheModelCallsFunctions()
        throws Exception {
      try (FakeGemini server = new FakeGemini(replying(200, CALLS))) {
        Answer answer = provider(server).generate(Requests.prompt("add"), FakeCall.whole());

        assertThat(answer.content()).isEqualTo("Adding.");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(answer.usage()).isEqualTo(new Usage(100, 7, 30, 64));
        assertThat(answer.toolCalls()).hasSize(2);
        assertThat(answer.toolCalls().get(0).id()).isEqualTo("fc-1");
        assertThat(answer.toolCalls().get(0).name()).isEqualTo("add");
        assertThat((JsonNode) answer.toolCalls().get(0).arguments())
            .isEqualTo(json("{\"a\": 1, \"b\": [2, {\"c\": null}]}"));
        assertThat(answer.toolCalls().get(1).id()).startsWith("call-");
        assertThat((JsonNode) answer.toolCalls().get(1).arguments()).isEqualTo(Json.object());
      }
    }

    @Test
    void saysLength_whenThinkingUsedUpAllTokens() throws Exception {
      String body = "{\"candidates\": [{\"finishReason\": \"MAX_TOKENS\"}]}";
      try (FakeGemini server = new FakeGemini(replying(200, body))) {
        Answer answer = provider(server).generate(Requests.prompt("hi"), FakeCall.whole());

        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(answer.content()).isEmpty();
      }
    }

    @Test
    void saysSafety_whenTheAnswerWasBlocked() throws Exception {
      try (FakeGemini server = new FakeGemini(replying(200, text("Well,", "SAFETY")))) {
        Answer answer = provider(server).generate(Requests.prompt("hi"), FakeCall.whole());

        assertThat(answer.finishReason()).isEqualTo(FinishReason.SAFETY);
        assertThat(answer.content()).isEqualTo("Well,");
      }
    }

    @Test
    void saysSafety_whenThePromptWasBlocked() throws Exception {
      String body = "{\"promptFeedback\": {\"blockReason\": \"PROHIBITED_CONTENT\"}}";
      try (FakeGemini server = new FakeGemini(replying(200, body))) {
        Answer answer = provider(server).generate(Requests.prompt("hi"), FakeCall.whole());

        assertThat(answer.finishReason()).isEqualTo(FinishReason.SAFETY);
        assertThat(answer.content()).isEmpty();
      }
    }
  }

  @Nested
  final class Asked {
    private JsonNode sent(ObjectNode request) throws Exception {
      return sent(request, GeminiFixture.MODEL);
    }

    private JsonNode sent(ObjectNode request, String model) throws Exception {
      try (FakeGemini server = new FakeGemini(replying(200, text("ok", "STOP")))) {
        Answer answer =
            provider(server, model).generate(Requests.prompt(request), FakeCall.whole());
        assertThat(answer.content()).isEqualTo("ok");
        assertThat(server.received()).hasSize(1);
        return server.received().get(0).body();
      }
    }

    @Test
    void namesTheModelInTheUrlAndTheKeyInAHeaderOnly() throws Exception {
      try (FakeGemini server = new FakeGemini(replying(200, text("ok", "STOP")))) {
        ObjectNode request = Requests.generate(1, "hi").put("model", "gemini-exp-1");

        Answer answer = provider(server).generate(Requests.prompt(request), FakeCall.whole());

        FakeServer.Received received = server.received().get(0);
        assertThat(answer.model()).isEqualTo("gemini-exp-1");
        assertThat(received.target()).isEqualTo("/v1beta/models/gemini-exp-1:generateContent");
        assertThat(received.headers().getFirst("x-goog-api-key")).isEqualTo(GeminiFixture.KEY);
      }
    }

    @Test
    void carriesAllSettings() throws Exception {
      ObjectNode request =
          Requests.generate(1, "hi")
              .put("system_instruction", "Be brief.")
              .put("temperature", 0.5)
              .put("max_tokens", 256)
              .put("thinking_level", "medium");
      request.putObject("response_schema").put("type", "object").putObject("properties");

      JsonNode body = sent(request);

      assertThat(body.at("/systemInstruction/parts/0/text").asText()).isEqualTo("Be brief.");
      JsonNode config = body.get("generationConfig");
      assertThat(config.get("temperature").asDouble()).isEqualTo(0.5);
      assertThat(config.get("maxOutputTokens").asInt()).isEqualTo(256);
      assertThat(config.at("/thinkingConfig/thinkingBudget").asInt()).isEqualTo(8192);
      assertThat(config.get("responseMimeType").asText()).isEqualTo("application/json");
      assertThat(config.get("responseJsonSchema"))
          .isEqualTo(json("{\"type\": \"object\", \"properties\": {}}"));
    }

    @Test
    void namesTheThinkingLevel_whenTheModelIsLaterThan25() throws Exception {
      JsonNode body = sent(Requests.generate(1, "hi").put("thinking_level", "low"), GEMINI_3);

      assertThat(body.at("/generationConfig/thinkingConfig"))
          .isEqualTo(json("{\"thinkingLevel\": \"LOW\"}"));
    }

    @Test
    void carriesImagesAsTheyCame() throws Exception {
      ObjectNode request = Requests.generate(1, "What is this?");
      request
          .withArray("/messages/0/content")
          .addObject()
          .put("type", "image")
          .put("mime_type", "image/png")
          .put("data", "iVBORw0KGgo+/w==");

      JsonNode parts = sent(request).at("/contents/0/parts");

      assertThat(parts)
          .isEqualTo(
              json(
                  "[{\"text\": \"What is this?\"}, {\"inlineData\": {\"mimeType\": \"image/png\","
                      + " \"data\": \"iVBORw0KGgo+/w==\"}}]"));
    }

    @Test
    void declaresTools() throws Exception {
      ObjectNode request = Requests.generate(1, "add");
      ObjectNode tool = request.putArray("tools").addObject();
      tool.put("name", "add")
          .put("description", "adds")
          .putObject("parameters")
          .put("type", "object");

      JsonNode declarations = sent(request).at("/tools/0/functionDeclarations");

      assertThat(declarations)
          .isEqualTo(
              json(
                  "[{\"name\": \"add\", \"description\": \"adds\","
                      + " \"parametersJsonSchema\": {\"type\": \"object\"}}]"));
    }

    @Test
    void refusesAModelNameThatWouldLeadElsewhere() throws Exception {
      try (FakeGemini server = new FakeGemini(replying(200, text("ok", "STOP")))) {
        Provider provider = provider(server);
        for (String name : new String[] {"../files", "x?alt=media", "a/b", "", "x#y"}) {
          var prompt = Requests.prompt(Requests.generate(1, "hi").put("model", name));
          assertThatThrownBy(() -> provider.generate(prompt, FakeCall.whole()))
              .isInstanceOfSatisfying(
                  FailureException.class,
                  e -> assertThat(e.failure().code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        }
        assertThat(server.received()).isEmpty();
      }
    }

    @Test
    void quotesToolCallsWithTheirSignaturesAndResultsAsOneTurn() throws Exception {
      try (FakeGemini server = new FakeGemini(replying(200, CALLS))) {
        Provider provider = provider(server);
        ObjectNode request = Requests.generate(1, "add");
        Answer answer = provider.generate(Requests.prompt(request), FakeCall.whole());
        ObjectNode quoted = Requests.message(request, "assistant", answer.content());
        for (var call : answer.toolCalls()) {
          quoted
              .withArray("tool_calls")
              .addObject()
              .put("id", call.id())
              .put("name", call.name())
              .set("arguments", call.arguments());
          Requests.message(request, "tool", "result of " + call.name())
              .put("tool_call_id", call.id());
        }

        provider.generate(Requests.prompt(request), FakeCall.whole());

        JsonNode contents = server.received().get(1).body().get("contents");
        assertThat(contents).hasSize(3);
        assertThat(contents.at("/1/role").asText()).isEqualTo("model");
        assertThat(contents.at("/1/parts/1/functionCall/id").asText()).isEqualTo("fc-1");
        assertThat(contents.at("/1/parts/1/thoughtSignature").asText()).isEqualTo("c2lnbmF0dXJl");
        assertThat(contents.at("/1/parts/2").has("thoughtSignature")).isFalse();
        assertThat(contents.at("/2/role").asText()).isEqualTo("user");
        assertThat(contents.at("/2/parts/0/functionResponse"))
            .isEqualTo(
                json(
                    "{\"id\": \"fc-1\", \"name\": \"add\","
                        + " \"response\": {\"output\": \"result of add\"}}"));
        assertThat(contents.at("/2/parts/1/functionResponse/name").asText()).isEqualTo("look");
      }
    }
  }
}
