// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.gemini.GeminiProvider;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.testing.FakeGemini;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The Gemini Developer API. */
final class GeminiDialect implements Dialect {
  @Override
  public String kind() {
    return "gemini";
  }

  @Override
  public Provider provider(ProviderSettings settings, Redactor redactor) {
    return new GeminiProvider(settings, redactor);
  }

  @Override
  public Reasons reasons() {
    return new Reasons("STOP", "MAX_TOKENS", "STOP", "SAFETY");
  }

  @Override
  public String keyHeader() {
    return "x-goog-api-key";
  }

  @Override
  public String keyValue(String key) {
    return key;
  }

  @Override
  public String whole(Said said) {
    List<String> pieces =
        said.pieces().isEmpty() ? List.of() : List.of(String.join("", said.pieces()));
    return response(pieces, said.calls(), said.finish(), said.counted());
  }

  @Override
  public List<String> events(Said said) {
    List<String> events = new ArrayList<>();
    for (String piece : said.pieces()) {
      events.add(event(response(List.of(piece), List.of(), "", /* counted= */ false)));
    }
    for (Called call : said.calls()) {
      events.add(event(response(List.of(), List.of(call), "", /* counted= */ false)));
    }
    if (!said.finish().isEmpty()) {
      events.add(event(response(List.of(), List.of(), said.finish(), said.counted())));
    }
    return events;
  }

  private static String event(String json) {
    return "data: " + json + "\r\n\r\n";
  }

  private static String response(
      List<String> pieces, List<Called> calls, String finish, boolean counted) {
    ObjectNode node = Json.object();
    node.putObject("promptFeedback").putArray("safetyRatings");
    ObjectNode candidate = node.putArray("candidates").addObject();
    ArrayNode parts = candidate.putObject("content").put("role", "model").putArray("parts");
    parts.addObject().put("text", "Hm.").put("thought", true);
    pieces.forEach(piece -> parts.addObject().put("text", piece));
    for (Called call : calls) {
      ObjectNode part = parts.addObject().put("thoughtSignature", "c2ln");
      part.putObject("functionCall")
          .put("id", call.id())
          .put("name", call.name())
          .set("args", parse(call.arguments()));
    }
    if (!finish.isEmpty()) {
      candidate.put("finishReason", finish);
    }
    if (counted) {
      node.putObject("usageMetadata")
          .put("promptTokenCount", 100)
          .put("candidatesTokenCount", 7)
          .put("thoughtsTokenCount", 30)
          .put("cachedContentTokenCount", 64);
    }
    return node.toString();
  }

  private static JsonNode parse(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String error(int status, String message) {
    return FakeGemini.error(status, "X", message);
  }

  @Override
  public List<String> empty() {
    return List.of(
        "{}",
        "{\"candidates\": []}",
        "{\"candidates\": [{\"finishReason\": \"STOP\", \"content\": {\"parts\": []}}]}",
        "{\"candidates\": [{\"finishReason\": \"A_REASON_OF_THE_FUTURE\"}]}");
  }

  @Override
  public Words words() {
    return new Words(
        "/toolConfig/functionCallingConfig/mode", "\"AUTO\"", "\"NONE\"", "\"ANY\"", "");
  }

  @Override
  public JsonNode fullRequest() {
    return parse(
        """
        {"systemInstruction": {"role": "user", "parts": [{"text": "Be brief."}]},
         "toolConfig": {"functionCallingConfig":
           {"mode": "ANY", "allowedFunctionNames": ["look"]}},
         "generationConfig": {"temperature": 0.5, "topP": 0.75, "seed": 7,
           "stopSequences": ["END", "\\n\\n"], "maxOutputTokens": 9000,
           "thinkingConfig": {"thinkingLevel": "LOW"}, "responseMimeType": "application/json",
           "responseJsonSchema": {"type": "object", "properties": {"n": {"type": "integer"}},
             "required": ["n"], "additionalProperties": false}},
         "tools": [{"functionDeclarations": [
           {"name": "add", "description": "adds",
            "parametersJsonSchema": {"type": "object", "properties": {}}},
           {"name": "look", "description": "looks"}]}],
         "contents": [
           {"role": "user", "parts": [
             {"text": "What is this?"},
             {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}]},
           {"role": "model", "parts": [
             {"text": "Adding."},
             {"functionCall": {"id": "c1", "name": "add", "args": {"a": [1, null]}}},
             {"functionCall": {"id": "c2", "name": "look", "args": {}}}]},
           {"role": "user", "parts": [
             {"functionResponse": {"id": "c1", "name": "add", "response": {"output": "3"}}},
             {"functionResponse": {"id": "c2", "name": "look", "response": {"output": "a dog"}}}]},
           {"role": "user", "parts": [{"text": "So?"}, {"text": " Go on."}]}]}
        """);
  }
}
