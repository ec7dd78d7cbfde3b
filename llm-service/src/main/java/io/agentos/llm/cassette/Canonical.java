// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.wire.Message;
import io.agentos.llm.wire.Part;
import io.agentos.llm.wire.Request;
import io.agentos.llm.wire.Sampling;
import io.agentos.llm.wire.Tool;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.ToolChoice;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.TreeSet;

/**
 * A request in the one form in which equal questions are equal bytes: without who asks and how long
 * they wait, keys sorted, what is absent left out.
 *
 * @param hash SHA-256 of the text, in hexadecimal
 */
record Canonical(ObjectNode request, String hash) {

  static Canonical of(Request.Generate asked) {
    ObjectNode request = (ObjectNode) sorted(describe(asked));
    return new Canonical(request, hash(text(request)));
  }

  private static ObjectNode describe(Request.Generate asked) {
    var prompt = asked.prompt();
    ObjectNode node = Json.object().put("stream", asked.stream());
    asked.provider().ifPresent(name -> node.put("provider", name));
    prompt.model().ifPresent(name -> node.put("model", name));
    prompt.systemInstruction().ifPresent(text -> node.put("system_instruction", text));
    describe(prompt.sampling(), node);
    prompt.responseSchema().ifPresent(schema -> node.set("response_schema", schema));
    ArrayNode messages = node.putArray("messages");
    prompt.messages().forEach(message -> messages.add(describe(message)));
    if (!prompt.tools().isEmpty()) {
      ArrayNode tools = node.putArray("tools");
      prompt.tools().forEach(tool -> tools.add(describe(tool)));
    }
    prompt.toolChoice().ifPresent(choice -> node.set("tool_choice", describe(choice)));
    return node;
  }

  private static void describe(Sampling sampling, ObjectNode node) {
    sampling.temperature().ifPresent(value -> node.put("temperature", value));
    sampling.topP().ifPresent(value -> node.put("top_p", value));
    sampling.presencePenalty().ifPresent(value -> node.put("presence_penalty", value));
    sampling.frequencyPenalty().ifPresent(value -> node.put("frequency_penalty", value));
    sampling.seed().ifPresent(value -> node.put("seed", value));
    sampling.maxTokens().ifPresent(value -> node.put("max_tokens", value));
    if (!sampling.stop().isEmpty()) {
      ArrayNode stop = node.putArray("stop");
      sampling.stop().forEach(stop::add);
    }
    sampling
        .thinkingLevel()
        .ifPresent(level -> node.put("thinking_level", level.name().toLowerCase(Locale.ROOT)));
  }

  private static JsonNode describe(ToolChoice choice) {
    return choice
        .tool()
        .<JsonNode>map(name -> Json.object().put("name", name))
        .orElseGet(() -> TextNode.valueOf(choice.mode().name().toLowerCase(Locale.ROOT)));
  }

  private static ObjectNode describe(Message message) {
    ObjectNode node = Json.object().put("role", message.role().name().toLowerCase(Locale.ROOT));
    message.toolCallId().ifPresent(id -> node.put("tool_call_id", id));
    ArrayNode content = node.putArray("content");
    for (Part part : message.content()) {
      if (part instanceof Part.Image image) {
        content
            .addObject()
            .put("type", "image")
            .put("mime_type", image.mimeType())
            .put("data", image.base64());
      } else {
        content.addObject().put("type", "text").put("text", ((Part.Text) part).text());
      }
    }
    if (!message.toolCalls().isEmpty()) {
      ArrayNode calls = node.putArray("tool_calls");
      for (ToolCall call : message.toolCalls()) {
        calls
            .addObject()
            .put("id", call.id())
            .put("name", call.name())
            .set("arguments", call.arguments());
      }
    }
    return node;
  }

  private static ObjectNode describe(Tool tool) {
    ObjectNode node = Json.object().put("name", tool.name()).put("description", tool.description());
    node.set("parameters", tool.parameters());
    return node;
  }

  private static JsonNode sorted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      TreeSet<String> names = new TreeSet<>();
      object.fieldNames().forEachRemaining(names::add);
      ObjectNode copy = Json.object();
      names.forEach(name -> copy.set(name, sorted(object.get(name))));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = Json.mapper().createArrayNode();
      array.forEach(element -> copy.add(sorted(element)));
      return copy;
    }
    return node;
  }

  private static String text(ObjectNode node) {
    try {
      return Json.mapper().writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can always be written", e);
    }
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
