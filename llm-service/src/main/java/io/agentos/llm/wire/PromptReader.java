// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.base.Nearest;
import io.agentos.llm.wire.Message.Role;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what a generate request asks the model. */
final class PromptReader {
  private static final Pattern IMAGE_TYPE = Pattern.compile("image/[a-z0-9.+-]+");
  private static final double TEMPERATURE_MAX = 2;
  private static final double PENALTY_MAX = 2;

  private PromptReader() {}

  static Prompt read(Fields fields) throws FieldException {
    List<Message> messages = messages(fields.list("messages"));
    List<Tool> tools = new ArrayList<>();
    List<JsonNode> toolNodes = fields.list("tools");
    for (int i = 0; i < toolNodes.size(); i++) {
      tools.add(tool(toolNodes.get(i), "tools[" + i + "]"));
    }
    return new Prompt(
        fields.requiredText("caller"),
        fields.text("model"),
        messages,
        fields.text("system_instruction"),
        sampling(fields),
        tools,
        ToolChoiceReader.read(fields, tools),
        schema(fields));
  }

  private static Optional<ObjectNode> schema(Fields fields) throws FieldException {
    Optional<ObjectNode> schema = fields.object("response_schema");
    if (schema.isPresent()) {
      SchemaCheck.check(schema.get(), fields.path("response_schema"));
    }
    return schema;
  }

  private static Sampling sampling(Fields fields) throws FieldException {
    OptionalLong maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
    Optional<String> level = fields.text("thinking_level");
    return new Sampling(
        fields.number("temperature", 0, TEMPERATURE_MAX),
        fields.number("top_p", 0, 1),
        fields.number("presence_penalty", -PENALTY_MAX, PENALTY_MAX),
        fields.number("frequency_penalty", -PENALTY_MAX, PENALTY_MAX),
        fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        maxTokens.isPresent() ? OptionalInt.of((int) maxTokens.getAsLong()) : OptionalInt.empty(),
        stop(fields),
        level.isPresent()
            ? Optional.of(Constants.named(ThinkingLevel.class, level.get(), "thinking_level"))
            : Optional.empty());
  }

  private static List<String> stop(Fields fields) throws FieldException {
    List<String> texts = new ArrayList<>();
    for (JsonNode text : fields.list("stop")) {
      if (!text.isTextual() || text.textValue().isEmpty() || texts.size() == Limits.STOPS_MAX) {
        throw new FieldException(
            fields.path("stop") + " must hold at most " + Limits.STOPS_MAX + " texts, none empty");
      }
      texts.add(text.textValue());
    }
    return List.copyOf(texts);
  }

  private static List<Message> messages(List<JsonNode> nodes) throws FieldException {
    if (nodes.isEmpty()) {
      throw new FieldException("messages must hold at least one message");
    }
    List<Message> messages = new ArrayList<>();
    Set<String> calls = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      String place = "messages[" + i + "]";
      Message message = message(nodes.get(i), place);
      if (message.toolCallId().isPresent() && !calls.contains(message.toolCallId().get())) {
        throw new FieldException(
            place + ".tool_call_id names no call of an earlier message of the assistant");
      }
      message.toolCalls().forEach(call -> calls.add(call.id()));
      messages.add(message);
    }
    return messages;
  }

  private static Message message(JsonNode node, String place) throws FieldException {
    Fields fields = Fields.of(node, place, Set.of("role", "content", "tool_calls", "tool_call_id"));
    Role role = Constants.named(Role.class, fields.requiredText("role"), fields.path("role"));
    List<Part> content = new ArrayList<>();
    List<JsonNode> partNodes = fields.list("content");
    for (int i = 0; i < partNodes.size(); i++) {
      content.add(part(partNodes.get(i), place + ".content[" + i + "]", role));
    }
    List<ToolCall> toolCalls =
        ReplyReader.toolCalls(fields.list("tool_calls"), fields.path("tool_calls"));
    Message message = new Message(role, content, toolCalls, fields.text("tool_call_id"));
    check(message, place);
    return message;
  }

  private static void check(Message message, String place) throws FieldException {
    if (message.content().isEmpty() && message.toolCalls().isEmpty()) {
      throw new FieldException(place + ".content must hold at least one part");
    }
    if (!message.toolCalls().isEmpty() && message.role() != Role.ASSISTANT) {
      throw new FieldException(place + ".tool_calls is only for the role assistant");
    }
    if (message.toolCallId().isPresent() != (message.role() == Role.TOOL)) {
      throw new FieldException(place + ".tool_call_id is for the role tool, which needs it");
    }
  }

  private static Part part(JsonNode node, String place, Role role) throws FieldException {
    String type = node.path("type").asText();
    switch (type) {
      case "text" -> {
        return new Part.Text(Fields.of(node, place, Set.of("type", "text")).requiredText("text"));
      }
      case "image" -> {
        if (role != Role.USER) {
          throw new FieldException(place + " is an image, which only the role user may send");
        }
        return image(Fields.of(node, place, Set.of("type", "mime_type", "data")));
      }
      default ->
          throw new FieldException(
              place + ".type is unknown; " + Nearest.hint(type, List.of("text", "image")));
    }
  }

  private static Part image(Fields fields) throws FieldException {
    String mimeType = fields.requiredText("mime_type");
    if (!IMAGE_TYPE.matcher(mimeType).matches()) {
      throw new FieldException(
          fields.path("mime_type") + " must be the type of an image, such as image/png");
    }
    String data = fields.requiredText("data");
    ImageCheck.check(mimeType, bytes(data, fields.path("data")), fields.path("mime_type"));
    return new Part.Image(mimeType, data);
  }

  private static byte[] bytes(String base64, String path) throws FieldException {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      if (bytes.length == 0) {
        throw new FieldException(path + " is empty");
      }
      if (base64.length() % 4 == 0) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // The same sentence: what is missing is padding, or more.
    }
    throw new FieldException(path + " is not base64");
  }

  private static Tool tool(JsonNode node, String place) throws FieldException {
    Fields fields = Fields.of(node, place, Set.of("name", "description", "parameters"));
    return new Tool(
        fields.requiredText("name"),
        fields.text("description").orElse(""),
        fields.object("parameters").orElseGet(Json::object));
  }
}
