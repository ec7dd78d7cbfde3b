// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.wire.Json;
import java.util.Set;

/** The tools of a chat, and whether they are to be called, as THINK has them. */
final class ChatTools {
  private static final Set<String> CHOICES = Set.of("auto", "none", "required");

  private ChatTools() {}

  /** Puts both into a THINK, where they are given. */
  static void copy(ObjectNode body, ObjectNode think) throws Refused {
    JsonNode tools = body.path("tools");
    if (!tools.isMissingNode() && !tools.isNull() && !tools.isArray()) {
      throw Refused.parameter("tools", "\"tools\" must be an array");
    }
    ArrayNode offered = Json.MAPPER.createArrayNode();
    for (int i = 0; i < tools.size(); i++) {
      offered.add(tool("tools[" + i + "]", tools.get(i)));
    }
    if (!offered.isEmpty()) {
      think.set("tools", offered);
    }
    choice(body.path("tool_choice"), offered, think);
  }

  private static void choice(JsonNode choice, ArrayNode offered, ObjectNode think) throws Refused {
    if (choice.isMissingNode() || choice.isNull()) {
      return;
    }
    JsonNode name = choice.path("function").path("name");
    boolean named = choice.path("type").asText().equals("function") && name.isTextual();
    if (!named && !CHOICES.contains(choice.asText())) {
      throw Refused.parameter(
          "tool_choice",
          "\"tool_choice\" must be auto, none, required or {\"type\": \"function\", \"function\":"
              + " {\"name\": ...}}");
    }
    if (!offered.isEmpty()) {
      think.set("tool_choice", named ? Json.object().set("name", name) : choice);
    } else if (named || choice.asText().equals("required")) {
      throw Refused.parameter(
          "tool_choice", "\"tool_choice\" wants a tool called, and \"tools\" has none");
    }
  }

  private static ObjectNode tool(String path, JsonNode tool) throws Refused {
    JsonNode function = tool.path("function");
    if (!tool.path("type").asText().equals("function") || !function.path("name").isTextual()) {
      throw Refused.parameter(
          path, path + " must be {\"type\": \"function\", \"function\": {\"name\": ...}}");
    }
    ObjectNode offered = Json.object();
    offered.set("name", function.get("name"));
    offered.put("description", function.path("description").asText());
    JsonNode parameters = function.path("parameters");
    if (parameters.isObject()) {
      offered.set("parameters", parameters);
    } else {
      offered.putObject("parameters").put("type", "object").putObject("properties");
    }
    return offered;
  }
}
