// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import static io.agentos.llm.gemini.GeminiFixture.provider;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeGemini;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A good answer in which every value in turn is replaced by every wrong kind of value. */
final class GeminiMutationTest {
  private static final String GOOD =
      """
      {"candidates": [{"finishReason": "STOP", "index": 0, "content": {"role": "model", "parts": [
        {"text": "Adding.", "thought": false},
        {"functionCall": {"id": "f", "name": "add", "args": {"a": 1}}, "thoughtSignature": "c2ln"}
        ]}}],
       "promptFeedback": {"safetyRatings": []}, "modelVersion": "gemini-2.5-flash",
       "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 7,
                         "thoughtsTokenCount": 30, "cachedContentTokenCount": 64}}
      """;

  private static final List<String> JUNK =
      List.of("null", "true", "-1", "1e400", "\"\"", "\"x\"", "[]", "{}", "[[5]]", "{\"x\": null}");

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsInAnAnswerOrInUnavailable(boolean streaming) throws IOException {
    AtomicReference<String> body = new AtomicReference<>("");
    try (FakeGemini server =
        new FakeGemini(
            exchange -> {
              if (streaming) {
                FakeGemini.event(FakeGemini.stream(exchange), String.valueOf(body.get()));
              } else {
                FakeGemini.reply(exchange, 200, String.valueOf(body.get()));
              }
            })) {
      Provider provider = provider(server);
      for (String mutant : mutants()) {
        body.set(mutant);
        try {
          FakeCall call = streaming ? FakeCall.streamed() : FakeCall.whole();
          provider.generate(Requests.prompt("hi"), call);
        } catch (FailureException e) {
          assertThat(e.failure().code()).as(mutant).isEqualTo(ErrorCode.UNAVAILABLE);
        } catch (RuntimeException e) {
          throw new AssertionError(mutant, e);
        }
      }
    }
  }

  private static List<String> mutants() throws IOException {
    List<String> mutants = new ArrayList<>();
    JsonNode root = Json.mapper().readTree(GOOD);
    collect(root, root, mutants);
    assertThat(mutants).hasSizeGreaterThan(200);
    return mutants;
  }

  private static void collect(JsonNode root, JsonNode node, List<String> mutants)
      throws IOException {
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode good = object.get(name);
        for (String junk : JUNK) {
          object.set(name, Json.mapper().readTree(junk));
          mutants.add(root.toString());
        }
        object.set(name, good);
        collect(root, good, mutants);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode good = array.get(i);
        for (String junk : JUNK) {
          array.set(i, Json.mapper().readTree(junk));
          mutants.add(root.toString());
        }
        array.set(i, good);
        collect(root, good, mutants);
      }
    }
  }
}
