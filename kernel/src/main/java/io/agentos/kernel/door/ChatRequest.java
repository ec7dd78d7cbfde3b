// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.wire.Json;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A body of {@code POST /v1/chat/completions}, and the THINK that it asks for.
 *
 * @param think the fields of THINK
 * @param model what the client calls the model
 * @param streamed whether it wants the answer in pieces
 * @param withUsage whether the last of the pieces is to be the usage
 */
record ChatRequest(ObjectNode think, String model, boolean streamed, boolean withUsage) {
  /** Asks for the model that THINK uses when none is named. */
  static final String DEFAULT_MODEL = "default";

  private static final Set<String> EFFORTS = Set.of("low", "medium", "high");

  /** Looked at one by one. */
  private static final Set<String> CARRIED =
      Set.of(
          "messages",
          "model",
          "stream",
          "stream_options",
          "temperature",
          "max_tokens",
          "max_completion_tokens",
          "reasoning_effort",
          "tools",
          "tool_choice",
          "response_format");

  /**
   * By OpenAI's description these change no answer, or promise nothing: names for the books, hints
   * for caches, and a seed of which it says that determinism is not guaranteed.
   */
  private static final Set<String> HARMLESS =
      Set.of(
          "user",
          "metadata",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "seed");

  /**
   * What can't be carried is accepted with the value that it has by default, which asks nothing.
   */
  private static final Map<String, Predicate<JsonNode>> ONLY_DEFAULT =
      Map.ofEntries(
          Map.entry("n", value -> isNumber(value, 1)),
          Map.entry("top_p", value -> isNumber(value, 1)),
          Map.entry("presence_penalty", value -> isNumber(value, 0)),
          Map.entry("frequency_penalty", value -> isNumber(value, 0)),
          Map.entry("top_logprobs", value -> isNumber(value, 0)),
          Map.entry("logprobs", value -> value.isBoolean() && !value.asBoolean()),
          Map.entry("store", value -> value.isBoolean() && !value.asBoolean()),
          Map.entry("parallel_tool_calls", value -> value.isBoolean() && value.asBoolean()),
          Map.entry("stop", value -> value.isArray() && value.isEmpty()),
          Map.entry("logit_bias", value -> value.isObject() && value.isEmpty()),
          Map.entry("verbosity", value -> value.asText().equals("medium")),
          Map.entry("service_tier", value -> Set.of("auto", "default").contains(value.asText())),
          Map.entry(
              "modalities", value -> value.size() == 1 && value.path(0).asText().equals("text")));

  private static boolean isNumber(JsonNode value, int number) {
    return value.isNumber() && value.doubleValue() == number;
  }

  static ChatRequest of(ObjectNode body) throws Refused {
    refuseWhatCannotBeCarried(body);
    ObjectNode think = ChatMessages.of(body.path("messages"));
    String model = model(body.path("model"));
    if (!model.equals(DEFAULT_MODEL)) {
      think.put("model", model);
    }
    copy(body, "temperature", think, "temperature");
    copy(body, "max_tokens", think, "max_tokens");
    copy(body, "max_completion_tokens", think, "max_tokens");
    effort(body.path("reasoning_effort"), think);
    tools(body, think);
    format(body.path("response_format"), think);
    boolean streamed = flag(body, "stream");
    if (streamed) {
      think.put("stream", true);
    }
    return new ChatRequest(think, model, streamed, withUsage(body, streamed));
  }

  private static void refuseWhatCannotBeCarried(ObjectNode body) throws Refused {
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      String name = field.getKey();
      if (field.getValue().isNull() || CARRIED.contains(name) || HARMLESS.contains(name)) {
        continue;
      }
      Predicate<JsonNode> isDefault = ONLY_DEFAULT.get(name);
      if (isDefault == null) {
        throw Refused.parameter(
            name, "\"" + name + "\" is not known here; these are: " + new TreeSet<>(CARRIED));
      }
      if (!isDefault.test(field.getValue())) {
        throw Refused.parameter(
            name, "\"" + name + "\" can't be passed on to the model; leave it out");
      }
    }
  }

  private static String model(JsonNode model) throws Refused {
    if (!model.isTextual() || model.asText().isEmpty()) {
      throw Refused.parameter(
          "model", "\"model\" must name a model; \"" + DEFAULT_MODEL + "\" is the kernel's own");
    }
    return model.asText();
  }

  private static boolean flag(ObjectNode body, String name) throws Refused {
    JsonNode value = body.path(name);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw Refused.parameter(name, "\"" + name + "\" must be true or false");
    }
    return value.asBoolean();
  }

  private static boolean withUsage(ObjectNode body, boolean streamed) throws Refused {
    JsonNode options = body.path("stream_options");
    if (options.isMissingNode() || options.isNull()) {
      return false;
    }
    if (!streamed || !options.isObject()) {
      throw Refused.parameter("stream_options", "\"stream_options\" goes with \"stream\": true");
    }
    return options.path("include_usage").asBoolean();
  }

  private static void copy(ObjectNode from, String name, ObjectNode to, String as) throws Refused {
    JsonNode value = from.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return;
    }
    if (!value.isNumber()) {
      throw Refused.parameter(name, "\"" + name + "\" must be a number");
    }
    to.set(as, value);
  }

  private static void effort(JsonNode effort, ObjectNode think) throws Refused {
    if (effort.isMissingNode() || effort.isNull()) {
      return;
    }
    if (!EFFORTS.contains(effort.asText())) {
      throw Refused.parameter(
          "reasoning_effort", "\"reasoning_effort\" must be low, medium or high here");
    }
    think.set("thinking_level", effort);
  }

  private static void tools(ObjectNode body, ObjectNode think) throws Refused {
    JsonNode choice = body.path("tool_choice");
    boolean none = choice.asText().equals("none");
    if (!choice.isMissingNode() && !choice.isNull() && !none && !choice.asText().equals("auto")) {
      throw Refused.parameter(
          "tool_choice", "\"tool_choice\" can only be auto or none: a model can't be forced here");
    }
    JsonNode tools = body.path("tools");
    if (tools.isMissingNode() || tools.isNull() || none) {
      return;
    }
    if (!tools.isArray()) {
      throw Refused.parameter("tools", "\"tools\" must be an array");
    }
    ArrayNode offered = Json.MAPPER.createArrayNode();
    for (int i = 0; i < tools.size(); i++) {
      offered.add(tool("tools[" + i + "]", tools.get(i)));
    }
    if (!offered.isEmpty()) {
      think.set("tools", offered);
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

  private static void format(JsonNode format, ObjectNode think) throws Refused {
    if (format.isMissingNode() || format.isNull()) {
      return;
    }
    switch (format.path("type").asText()) {
      case "text" -> {}
      case "json_object" -> think.putObject("response_schema").put("type", "object");
      case "json_schema" -> {
        JsonNode schema = format.path("json_schema").path("schema");
        if (!schema.isObject()) {
          throw Refused.parameter(
              "response_format.json_schema.schema",
              "\"response_format.json_schema.schema\" must be a JSON schema");
        }
        think.set("response_schema", schema);
      }
      default ->
          throw Refused.parameter(
              "response_format",
              "\"response_format.type\" must be text, json_object or json_schema");
    }
  }
}
