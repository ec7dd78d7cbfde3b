// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The messages of a chat, as THINK has them. */
final class ChatMessages {
  private static final Pattern DATA_URL =
      Pattern.compile("data:(image/[A-Za-z0-9.+-]+);base64,", Pattern.CASE_INSENSITIVE);

  private static final ObjectReader OBJECT = Json.reader(ObjectNode.class);

  /**
   * {@code name} tells participants apart, which no other provider knows. The others stand, empty,
   * in messages that clients send back as they got them.
   */
  private static final Set<String> FIELDS =
      Set.of("role", "content", "name", "tool_calls", "tool_call_id", "refusal");

  private final ArrayNode messages = Json.MAPPER.createArrayNode();
  private final List<String> instructions = new ArrayList<>();

  private ChatMessages() {}

  /** A THINK with these messages, and no more. */
  static ObjectNode of(JsonNode given) throws Refused {
    if (!given.isArray() || given.isEmpty()) {
      throw Refused.parameter("messages", "\"messages\" must be an array of at least one message");
    }
    ChatMessages chat = new ChatMessages();
    for (int i = 0; i < given.size(); i++) {
      chat.add("messages[" + i + "]", given.get(i));
    }
    if (chat.messages.isEmpty()) {
      throw Refused.parameter("messages", "\"messages\" must hold more than instructions");
    }
    ObjectNode think = Json.object();
    think.set("messages", chat.messages);
    if (!chat.instructions.isEmpty()) {
      think.put("system_instruction", String.join("\n\n", chat.instructions));
    }
    return think;
  }

  private void add(String path, JsonNode message) throws Refused {
    for (Map.Entry<String, JsonNode> field : message.properties()) {
      JsonNode value = field.getValue();
      boolean empty = value.isNull() || (value.isContainerNode() && value.isEmpty());
      if (!FIELDS.contains(field.getKey()) && !empty) {
        String where = path + "." + field.getKey();
        throw Refused.parameter(where, where + " can't be passed on to the model; leave it out");
      }
    }
    String role = message.path("role").asText();
    switch (role) {
      case "system", "developer" -> instruct(path, message);
      case "user" -> {
        requireContent(path, message);
        add(role).set("content", parts(path, message, /* images= */ true));
      }
      case "assistant" -> assistant(path, message);
      case "tool" -> {
        requireContent(path, message);
        JsonNode id = message.path("tool_call_id");
        if (!id.isTextual()) {
          throw Refused.parameter(path, path + " needs the tool_call_id that it answers");
        }
        ObjectNode result = add(role);
        result.set("tool_call_id", id);
        result.set("content", parts(path, message, /* images= */ false));
      }
      default ->
          throw Refused.parameter(
              path + ".role", path + ".role must be system, developer, user, assistant or tool");
    }
  }

  private ObjectNode add(String role) {
    return messages.addObject().put("role", role);
  }

  private static void requireContent(String path, JsonNode message) throws Refused {
    if (message.path("content").isNull() || message.path("content").isMissingNode()) {
      throw Refused.parameter(path + ".content", path + " needs content");
    }
  }

  /**
   * A model has one instruction, before all else: what instructs it later in the chat is joined to
   * it, as Anthropic's own endpoint for OpenAI's clients does.
   */
  private void instruct(String path, JsonNode message) throws Refused {
    requireContent(path, message);
    StringBuilder text = new StringBuilder();
    parts(path, message, /* images= */ false)
        .forEach(part -> text.append(part.path("text").asText()));
    instructions.add(text.toString());
  }

  private void assistant(String path, JsonNode message) throws Refused {
    ObjectNode said = add("assistant");
    said.set("content", parts(path, message, /* images= */ false));
    JsonNode calls = message.path("tool_calls");
    if (calls.isMissingNode() || calls.isNull() || calls.isEmpty()) {
      return;
    }
    ArrayNode made = said.putArray("tool_calls");
    for (int i = 0; i < calls.size(); i++) {
      made.add(call(path + ".tool_calls[" + i + "]", calls.path(i)));
    }
  }

  private static ObjectNode call(String path, JsonNode call) throws Refused {
    JsonNode function = call.path("function");
    if (!call.path("id").isTextual() || !function.path("name").isTextual()) {
      throw Refused.parameter(path, path + " needs id and function {name, arguments}");
    }
    ObjectNode made = Json.object();
    made.set("id", call.get("id"));
    made.set("name", function.get("name"));
    String arguments = function.path("arguments").asText();
    try {
      ObjectNode decoded =
          arguments.isBlank()
              ? Json.object()
              : Json.decode(OBJECT, arguments.getBytes(StandardCharsets.UTF_8));
      WholeText.require(path + ".function.arguments", decoded);
      made.set("arguments", decoded);
    } catch (SyscallException broken) {
      String where = path + ".function.arguments";
      throw Refused.parameter(
          where, where + " must be the text of a JSON object: " + broken.sentence());
    }
    return made;
  }

  private static ArrayNode parts(String path, JsonNode message, boolean images) throws Refused {
    ArrayNode parts = Json.MAPPER.createArrayNode();
    JsonNode content = message.path("content");
    if (content.isTextual()) {
      text(parts, content);
    } else if (content.isArray()) {
      for (int i = 0; i < content.size(); i++) {
        part(path + ".content[" + i + "]", content.get(i), images, parts);
      }
    } else if (!content.isNull() && !content.isMissingNode()) {
      throw Refused.parameter(
          path + ".content", path + ".content must be text or an array of parts");
    }
    if (message.path("refusal").isTextual()) {
      text(parts, message.get("refusal"));
    }
    return parts;
  }

  private static void part(String path, JsonNode part, boolean images, ArrayNode to)
      throws Refused {
    String type = part.path("type").asText();
    JsonNode text = part.path(type);
    if ((type.equals("text") || type.equals("refusal")) && text.isTextual()) {
      text(to, text);
    } else if (type.equals("image_url") && images) {
      to.add(image(path, part.get("image_url")));
    } else {
      throw Refused.parameter(
          path,
          path
              + (images
                  ? " must be a part of type text or image_url"
                  : " must be a part of type text; images go into a user's message"));
    }
  }

  private static void text(ArrayNode to, JsonNode text) {
    to.addObject().put("type", "text").set("text", text);
  }

  private static ObjectNode image(String path, JsonNode image) throws Refused {
    String detail = image.path("detail").asText("auto");
    if (!detail.equals("auto")) {
      String where = path + ".image_url.detail";
      throw Refused.parameter(where, where + " can't be passed on to the model; leave it out");
    }
    String url = image.path("url").asText();
    Matcher data = DATA_URL.matcher(url);
    if (!data.lookingAt()) {
      String where = path + ".image_url.url";
      throw Refused.parameter(
          where,
          where
              + " must be a data: URL with a base64 image (data:image/png;base64,...); the kernel fetches none for you");
    }
    return Json.object()
        .put("type", "image")
        .put("mime_type", data.group(1).toLowerCase(java.util.Locale.ROOT))
        .put("data", url.substring(data.end()));
  }
}
