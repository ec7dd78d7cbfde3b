// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.llm.Ask;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks a THINK and writes it as docs/contract/llm-service.md has it. */
final class ThinkBody {
  private static final int MOST_MESSAGES = 1000;
  private static final int MOST_IMAGES = 16;
  private static final int MOST_TOOLS = 128;
  private static final int MOST_TOKENS = 1_000_000;
  private static final double HOTTEST = 2.0;
  private static final double WORST_PENALTY = 2.0;
  private static final int MOST_STOPS = 4;
  private static final Set<String> CHOICES = Set.of("auto", "none", "required");
  private static final Set<String> ROLES = Set.of("user", "assistant", "tool");
  private static final Set<String> LEVELS = Set.of("low", "medium", "high");

  private ThinkBody() {}

  static ObjectNode of(Think.Request request) throws SyscallException {
    if ((request.prompt() == null) == (request.messages() == null)) {
      throw SyscallException.invalid("THINK needs exactly one of prompt and messages");
    }
    ObjectNode body = Json.object();
    body.set("messages", request.prompt() != null ? promptMessage(request) : messages(request));
    put(body, "system_instruction", request.systemInstruction());
    sampling(request, body);
    if (request.thinkingLevel() != null && !LEVELS.contains(request.thinkingLevel())) {
      throw SyscallException.invalid(
          "thinking_level must be low, medium or high, was \"" + request.thinkingLevel() + "\"");
    }
    put(body, "thinking_level", request.thinkingLevel());
    if (request.tools() != null) {
      body.set("tools", tools(request.tools()));
    }
    if (request.toolChoice() != null && !request.toolChoice().isNull()) {
      body.set("tool_choice", toolChoice(request.toolChoice(), body.path("tools")));
    }
    if (request.responseSchema() != null) {
      body.set("response_schema", request.responseSchema());
    }
    return body.put("stream", Boolean.TRUE.equals(request.stream()));
  }

  private static void sampling(Think.Request request, ObjectNode body) throws SyscallException {
    number(body, "temperature", request.temperature(), 0, HOTTEST);
    number(body, "top_p", request.topP(), 0, 1);
    number(body, "presence_penalty", request.presencePenalty(), -WORST_PENALTY, WORST_PENALTY);
    number(body, "frequency_penalty", request.frequencyPenalty(), -WORST_PENALTY, WORST_PENALTY);
    if (request.seed() != null) {
      body.put("seed", request.seed());
    }
    if (request.stop() == null) {
      return;
    }
    if (request.stop().size() > MOST_STOPS
        || request.stop().stream().anyMatch(text -> text == null || text.isEmpty())) {
      throw SyscallException.invalid(
          "stop must hold at most " + MOST_STOPS + " texts, none of them empty");
    }
    if (!request.stop().isEmpty()) {
      request.stop().forEach(body.putArray("stop")::add);
    }
  }

  private static void number(
      ObjectNode body, String field, @Nullable Double value, double least, double most)
      throws SyscallException {
    if (value != null) {
      body.put(field, within(field, value, least, most));
    }
  }

  private static JsonNode toolChoice(JsonNode choice, JsonNode tools) throws SyscallException {
    boolean named = choice.isObject() && choice.size() == 1 && choice.path("name").isTextual();
    if (!named && !CHOICES.contains(choice.asText())) {
      throw SyscallException.invalid(
          "tool_choice must be auto, none, required or {\"name\": ...} of one of the tools");
    }
    if (tools.isEmpty()) {
      throw SyscallException.invalid("tool_choice goes with tools, and there are none");
    }
    if (named && !isAmong(tools, choice.get("name"))) {
      throw SyscallException.invalid("tool_choice names none of the tools");
    }
    return choice;
  }

  private static boolean isAmong(JsonNode tools, JsonNode name) {
    for (JsonNode tool : tools) {
      if (tool.path("name").equals(name)) {
        return true;
      }
    }
    return false;
  }

  static OptionalLong maxTokens(Think.Request request) throws SyscallException {
    return request.maxTokens() == null
        ? OptionalLong.empty()
        : OptionalLong.of((long) within("max_tokens", request.maxTokens(), 1, MOST_TOKENS));
  }

  /** What the cost of a checked request is estimated by. */
  static Ask.Size size(ObjectNode body) {
    int images = 0;
    long imageBytes = 0;
    for (JsonNode message : body.path("messages")) {
      for (JsonNode part : message.path("content")) {
        if (part.path("type").asText().equals("image")) {
          images++;
          imageBytes += part.path("data").asText().length();
        }
      }
    }
    return new Ask.Size(images, imageBytes);
  }

  private static ArrayNode promptMessage(Think.Request request) throws SyscallException {
    ObjectNode message = Json.object().put("role", "user");
    ArrayNode content = message.putArray("content");
    content.addObject().put("type", "text").put("text", request.prompt());
    for (Think.Image image : images(request)) {
      content
          .addObject()
          .put("type", "image")
          .put("mime_type", image.mimeType())
          .put("data", image.data());
    }
    return Json.MAPPER.createArrayNode().add(message);
  }

  private static List<Think.Image> images(Think.Request request) throws SyscallException {
    List<Think.Image> images =
        new ArrayList<>(request.images() == null ? List.of() : request.images());
    if (request.image() != null) {
      images.add(request.image());
    }
    if (images.size() > MOST_IMAGES) {
      throw SyscallException.invalid("at most " + MOST_IMAGES + " images can go with one prompt");
    }
    for (Think.Image image : images) {
      if (image.data() == null
          || image.mimeType() == null
          || !image.mimeType().startsWith("image/")) {
        throw SyscallException.invalid("an image needs data (base64) and mime_type (image/...)");
      }
      try {
        Base64.getDecoder().decode(image.data());
      } catch (IllegalArgumentException e) {
        throw SyscallException.invalid("an image's data is not valid base64: " + e.getMessage());
      }
    }
    return images;
  }

  private static ArrayNode messages(Think.Request request) throws SyscallException {
    List<JsonNode> messages = request.messages() == null ? List.of() : request.messages();
    if (request.image() != null || request.images() != null) {
      throw SyscallException.invalid("with messages, images go into a message's content");
    }
    if (messages.isEmpty() || messages.size() > MOST_MESSAGES) {
      throw SyscallException.invalid("messages must hold 1 to " + MOST_MESSAGES + " messages");
    }
    ArrayNode checked = Json.MAPPER.createArrayNode();
    for (JsonNode message : messages) {
      if (!message.isObject() || !ROLES.contains(message.path("role").asText())) {
        throw SyscallException.invalid(
            "each message must be an object whose role is user, assistant or tool");
      }
      ObjectNode copy = message.deepCopy();
      if (message.path("content").isTextual()) {
        copy.putArray("content")
            .addObject()
            .put("type", "text")
            .put("text", message.get("content").textValue());
      } else if (message.has("content") && !message.get("content").isArray()) {
        throw SyscallException.invalid("a message's content must be text or an array of parts");
      }
      checked.add(copy);
    }
    return checked;
  }

  private static ArrayNode tools(List<JsonNode> tools) throws SyscallException {
    if (tools.size() > MOST_TOOLS) {
      throw SyscallException.invalid("at most " + MOST_TOOLS + " tools can be offered");
    }
    ArrayNode array = Json.MAPPER.createArrayNode();
    for (JsonNode tool : tools) {
      if (!tool.path("name").isTextual()) {
        throw SyscallException.invalid("each of tools must be an object with a name");
      }
      array.add(tool);
    }
    return array;
  }

  private static double within(String field, double value, double least, double most)
      throws SyscallException {
    if (!(value >= least && value <= most)) {
      throw SyscallException.invalid(
          field + " must be " + (long) least + " to " + (long) most + ", was " + value);
    }
    return value;
  }

  private static void put(ObjectNode body, String field, @Nullable String value) {
    if (value != null) {
      body.put(field, value);
    }
  }
}
