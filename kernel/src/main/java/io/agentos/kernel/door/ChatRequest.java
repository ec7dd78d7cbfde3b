// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
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

  /** What THINK calls the same. */
  private static final List<String> NUMBERS =
      List.of(
          "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "max_tokens");

  private static final Set<String> EFFORTS = Set.of("low", "medium", "high");

  /** Looked at one by one. */
  private static final Set<String> CARRIED =
      Set.of(
          "messages",
          "model",
          "stream",
          "stream_options",
          "temperature",
          "top_p",
          "presence_penalty",
          "frequency_penalty",
          "seed",
          "stop",
          "max_tokens",
          "max_completion_tokens",
          "reasoning_effort",
          "tools",
          "tool_choice",
          "response_format");

  /** By OpenAI's description these change no answer: names for the books, and hints for caches. */
  private static final Set<String> HARMLESS =
      Set.of("user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention");

  /**
   * What can't be carried is accepted with the value that it has by default, which asks nothing.
   */
  private static final Map<String, Predicate<JsonNode>> ONLY_DEFAULT =
      Map.ofEntries(
          Map.entry("n", value -> isNumber(value, 1)),
          Map.entry("top_logprobs", value -> isNumber(value, 0)),
          Map.entry("logprobs", value -> value.isBoolean() && !value.asBoolean()),
          Map.entry("store", value -> value.isBoolean() && !value.asBoolean()),
          Map.entry("parallel_tool_calls", value -> value.isBoolean() && value.asBoolean()),
          Map.entry("logit_bias", value -> value.isObject() && value.isEmpty()),
          Map.entry("verbosity", value -> value.asText().equals("medium")),
          Map.entry("service_tier", value -> Set.of("auto", "default").contains(value.asText())),
          Map.entry(
              "modalities", value -> value.size() == 1 && value.path(0).asText().equals("text")));

  private static boolean isNumber(JsonNode value, int number) {
    return value.isNumber() && value.doubleValue() == number;
  }

  static ChatRequest of(ObjectNode body) throws Refused {
    WholeText.require("", body);
    refuseWhatCannotBeCarried(body);
    ObjectNode think = ChatMessages.of(body.path("messages"));
    String model = model(body.path("model"));
    if (!model.equals(DEFAULT_MODEL)) {
      think.put("model", model);
    }
    for (String same : NUMBERS) {
      copy(body, same, think, same);
    }
    // The later name of the same limit counts where a client sends both.
    copy(body, "max_completion_tokens", think, "max_tokens");
    stop(body.path("stop"), think);
    effort(body.path("reasoning_effort"), think);
    ChatTools.copy(body, think);
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

  /** One text, or several. */
  private static void stop(JsonNode stop, ObjectNode think) throws Refused {
    ArrayNode texts = think.arrayNode();
    if (stop.isTextual()) {
      texts.add(stop);
    } else if (stop.isArray()) {
      texts.addAll((ArrayNode) stop);
    } else if (!stop.isMissingNode() && !stop.isNull()) {
      throw Refused.parameter("stop", "\"stop\" must be a string or an array of strings");
    }
    for (JsonNode text : texts) {
      if (!text.isTextual()) {
        throw Refused.parameter("stop", "\"stop\" must be a string or an array of strings");
      }
    }
    if (!texts.isEmpty()) {
      think.set("stop", texts);
    }
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
