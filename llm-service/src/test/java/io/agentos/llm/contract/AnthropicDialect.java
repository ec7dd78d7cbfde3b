// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.anthropic.AnthropicProvider;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The Messages API. */
final class AnthropicDialect implements Dialect {
  @Override
  public String kind() {
    return "anthropic";
  }

  @Override
  public Provider provider(ProviderSettings settings, Redactor redactor) {
    return new AnthropicProvider(settings, redactor);
  }

  @Override
  public Reasons reasons() {
    return new Reasons("end_turn", "max_tokens", "tool_use", "refusal");
  }

  @Override
  public String keyHeader() {
    return "x-api-key";
  }

  @Override
  public String keyValue(String key) {
    return key;
  }

  private static ObjectNode message() {
    ObjectNode node = Json.object();
    return node.put("id", "msg_1")
        .put("type", "message")
        .put("role", "assistant")
        .put("model", "m-20260101");
  }

  private static void countInput(ObjectNode node) {
    node.withObject("/usage")
        .put("input_tokens", 30)
        .put("cache_creation_input_tokens", 6)
        .put("cache_read_input_tokens", 64)
        .put("output_tokens", 1);
  }

  private static void countOutput(ObjectNode node) {
    node.withObject("/usage")
        .put("output_tokens", 37)
        .putObject("output_tokens_details")
        .put("thinking_tokens", 30);
  }

  @Override
  public String whole(Said said) {
    ObjectNode node = message();
    ArrayNode content = node.putArray("content");
    content.addObject().put("type", "thinking").put("thinking", "Hm.").put("signature", "c2ln");
    if (!said.pieces().isEmpty()) {
      content.addObject().put("type", "text").put("text", String.join("", said.pieces()));
    }
    for (Called call : said.calls()) {
      content
          .addObject()
          .put("type", "tool_use")
          .put("id", call.id())
          .put("name", call.name())
          .set("input", parse(call.arguments()));
    }
    node.put("stop_reason", said.finish()).putNull("stop_sequence");
    if (said.counted()) {
      countInput(node);
      countOutput(node);
    }
    return node.toString();
  }

  @Override
  public List<String> events(Said said) {
    List<String> events = new ArrayList<>();
    ObjectNode start = Json.object();
    ObjectNode message = message();
    message.putArray("content");
    if (said.counted()) {
      countInput(message);
    }
    start.set("message", message);
    events.add(event("message_start", start));
    events.add(event("ping", Json.object()));
    int index = 0;
    if (!said.pieces().isEmpty()) {
      events.add(block(index, Json.object().put("type", "text").put("text", "")));
      for (String piece : said.pieces()) {
        events.add(delta(index, Json.object().put("type", "text_delta").put("text", piece)));
      }
      events.add(event("content_block_stop", Json.object().put("index", index++)));
    }
    for (Called call : said.calls()) {
      addCall(events, index, call);
      events.add(event("content_block_stop", Json.object().put("index", index++)));
    }
    if (!said.finish().isEmpty()) {
      ObjectNode last = Json.object();
      last.putObject("delta").put("stop_reason", said.finish()).putNull("stop_sequence");
      if (said.counted()) {
        countOutput(last);
      }
      events.add(event("message_delta", last));
      events.add(event("message_stop", Json.object()));
    }
    return events;
  }

  private static void addCall(List<String> events, int index, Called call) {
    ObjectNode start = Json.object().put("type", "tool_use");
    start.put("id", call.id()).put("name", call.name()).putObject("input");
    events.add(block(index, start));
    int half = call.arguments().length() / 2;
    for (String part :
        List.of("", call.arguments().substring(0, half), call.arguments().substring(half))) {
      events.add(
          delta(index, Json.object().put("type", "input_json_delta").put("partial_json", part)));
    }
  }

  private static String block(int index, ObjectNode block) {
    ObjectNode node = Json.object().put("index", index);
    node.set("content_block", block);
    return event("content_block_start", node);
  }

  private static String delta(int index, ObjectNode delta) {
    ObjectNode node = Json.object().put("index", index);
    node.set("delta", delta);
    return event("content_block_delta", node);
  }

  private static String event(String type, ObjectNode data) {
    return "event: " + type + "\ndata: " + data.put("type", type) + "\n\n";
  }

  @Override
  public String error(int status, String message) {
    String type =
        switch (status) {
          case 429 -> "rate_limit_error";
          case 529 -> "overloaded_error";
          default -> "api_error";
        };
    ObjectNode node = Json.object().put("type", "error");
    node.putObject("error").put("type", type).put("message", message);
    return node.put("request_id", "req_1").toString();
  }

  @Override
  public List<String> empty() {
    return List.of(
        "{}",
        "{\"type\": \"message\", \"content\": [], \"stop_reason\": \"end_turn\"}",
        "{\"type\": \"message\", \"content\": [{\"type\": \"text\", \"text\": \"\"}],"
            + " \"stop_reason\": \"end_turn\"}",
        "{\"type\": \"message\", \"stop_reason\": null}",
        "{\"type\": \"message\", \"content\": [{\"type\": \"future\"}],"
            + " \"stop_reason\": \"future\"}");
  }

  private static JsonNode parse(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Words words() {
    return new Words(
        "/tool_choice",
        "{\"type\": \"auto\"}",
        "{\"type\": \"none\"}",
        "{\"type\": \"any\"}",
        "stop_sequence");
  }

  @Override
  public JsonNode fullRequest() {
    return parse(
        """
        {"model": "m-1", "temperature": 0.5, "top_p": 0.75,
         "stop_sequences": ["END", "\\n\\n"], "tool_choice": {"type": "tool", "name": "look"},
         "max_tokens": 9000, "system": "Be brief.",
         "thinking": {"type": "adaptive"},
         "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {
           "type": "object", "properties": {"n": {"type": "integer"}},
           "required": ["n"], "additionalProperties": false}}},
         "tools": [
           {"name": "add", "description": "adds",
            "input_schema": {"type": "object", "properties": {}}},
           {"name": "look", "description": "looks", "input_schema": {"type": "object"}}],
         "messages": [
           {"role": "user", "content": [
             {"type": "text", "text": "What is this?"},
             {"type": "image", "source":
               {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}]},
           {"role": "assistant", "content": [
             {"type": "text", "text": "Adding."},
             {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": [1, null]}},
             {"type": "tool_use", "id": "c2", "name": "look", "input": {}}]},
           {"role": "user", "content": [
             {"type": "tool_result", "tool_use_id": "c1", "content": "3"},
             {"type": "tool_result", "tool_use_id": "c2", "content": "a dog"}]},
           {"role": "user", "content": [
             {"type": "text", "text": "So?"}, {"type": "text", "text": " Go on."}]}]}
        """);
  }
}
