// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.openai.OpenAiProvider;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Chat Completions. */
final class OpenAiDialect implements Dialect {
  @Override
  public String kind() {
    return "openai";
  }

  @Override
  public Provider provider(ProviderSettings settings, Redactor redactor) {
    return new OpenAiProvider(settings, redactor);
  }

  @Override
  public Reasons reasons() {
    return new Reasons("stop", "length", "tool_calls", "content_filter");
  }

  @Override
  public String keyHeader() {
    return "Authorization";
  }

  @Override
  public String keyValue(String key) {
    return "Bearer " + key;
  }

  private static ObjectNode envelope(String object) {
    ObjectNode node = Json.object();
    return node.put("id", "chatcmpl-1")
        .put("object", object)
        .put("created", 1_700_000_000)
        .put("model", "m-2026-01-01");
  }

  private static void count(ObjectNode node) {
    ObjectNode usage =
        node.putObject("usage")
            .put("prompt_tokens", 100)
            .put("completion_tokens", 37)
            .put("total_tokens", 137);
    usage.putObject("prompt_tokens_details").put("cached_tokens", 64).put("audio_tokens", 0);
    usage.putObject("completion_tokens_details").put("reasoning_tokens", 30);
  }

  @Override
  public String whole(Said said) {
    ObjectNode node = envelope("chat.completion");
    ObjectNode choice = node.putArray("choices").addObject().put("index", 0);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    message.put("content", said.pieces().isEmpty() ? null : String.join("", said.pieces()));
    message.putNull("refusal");
    for (Called call : said.calls()) {
      message
          .withArray("tool_calls")
          .addObject()
          .put("id", call.id())
          .put("type", "function")
          .putObject("function")
          .put("name", call.name())
          .put("arguments", call.arguments());
    }
    choice.putNull("logprobs").put("finish_reason", said.finish());
    if (said.counted()) {
      count(node);
    }
    return node.toString();
  }

  @Override
  public List<String> events(Said said) {
    List<String> events = new ArrayList<>();
    events.add(chunk(Json.object().put("role", "assistant").put("content", ""), ""));
    said.pieces().forEach(piece -> events.add(chunk(Json.object().put("content", piece), "")));
    for (int i = 0; i < said.calls().size(); i++) {
      Called call = said.calls().get(i);
      int half = call.arguments().length() / 2;
      ObjectNode start = Json.object().put("name", call.name()).put("arguments", "");
      events.add(call(i, call.id(), start));
      ObjectNode first = Json.object().put("arguments", call.arguments().substring(0, half));
      events.add(call(i, "", first));
      ObjectNode second = Json.object().put("arguments", call.arguments().substring(half));
      events.add(call(i, "", second));
    }
    if (said.finish().isEmpty()) {
      return events;
    }
    events.add(chunk(Json.object(), said.finish()));
    if (said.counted()) {
      ObjectNode last = envelope("chat.completion.chunk");
      last.putArray("choices");
      count(last);
      events.add("data: " + last + "\n\n");
    }
    events.add("data: [DONE]\n\n");
    return events;
  }

  private static String call(int index, String id, ObjectNode function) {
    ObjectNode delta = Json.object();
    ObjectNode call = delta.putArray("tool_calls").addObject().put("index", index);
    if (!id.isEmpty()) {
      call.put("id", id).put("type", "function");
    }
    call.set("function", function);
    return chunk(delta, "");
  }

  private static String chunk(ObjectNode delta, String finish) {
    ObjectNode node = envelope("chat.completion.chunk");
    ObjectNode choice = node.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.put("finish_reason", finish.isEmpty() ? null : finish);
    return "data: " + node + "\n\n";
  }

  @Override
  public String error(int status, String message) {
    ObjectNode node = Json.object();
    node.putObject("error")
        .put("message", message)
        .put("type", status == 429 ? "rate_limit_exceeded" : "server_error")
        .putNull("param")
        .putNull("code");
    return node.toString();
  }

  @Override
  public List<String> empty() {
    return List.of(
        "{}",
        "{\"choices\": []}",
        "{\"choices\": [{\"message\": {\"content\": null}, \"finish_reason\": \"stop\"}]}",
        "{\"choices\": [{\"message\": {\"content\": \"\"}, \"finish_reason\": \"stop\"}]}",
        "{\"choices\": [{\"message\": {\"content\": \"\"}, \"finish_reason\": \"future\"}]}");
  }

  @Override
  public Words words() {
    return new Words("/tool_choice", "\"auto\"", "\"none\"", "\"required\"", "");
  }

  @Override
  public JsonNode fullRequest() {
    try {
      return Json.mapper()
          .readTree(
              """
              {"model": "m-1", "temperature": 0.5, "top_p": 0.75, "seed": 7,
               "stop": ["END", "\\n\\n"],
               "tool_choice": {"type": "function", "function": {"name": "look"}},
               "max_tokens": 9000, "reasoning_effort": "low",
               "tools": [
                 {"type": "function", "function": {"name": "add", "description": "adds",
                   "parameters": {"type": "object", "properties": {}}}},
                 {"type": "function", "function": {"name": "look", "description": "looks"}}],
               "response_format": {"type": "json_schema", "json_schema": {
                 "name": "answer", "strict": true, "schema": {
                   "type": "object", "properties": {"n": {"type": "integer"}},
                   "required": ["n"], "additionalProperties": false}}},
               "messages": [
                 {"role": "system", "content": "Be brief."},
                 {"role": "user", "content": [
                   {"type": "text", "text": "What is this?"},
                   {"type": "image_url",
                    "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]},
                 {"role": "assistant", "content": "Adding.", "tool_calls": [
                   {"id": "c1", "type": "function",
                    "function": {"name": "add", "arguments": "{\\"a\\":[1,null]}"}},
                   {"id": "c2", "type": "function",
                    "function": {"name": "look", "arguments": "{}"}}]},
                 {"role": "tool", "tool_call_id": "c1", "content": "3"},
                 {"role": "tool", "tool_call_id": "c2", "content": "a dog"},
                 {"role": "user", "content": "So? Go on."}]}
              """);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
