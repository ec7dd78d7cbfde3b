// SPDX-License-Identifier: MIT
package io.agentos.llm.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.ToolSignatures;
import io.agentos.llm.wire.Message;
import io.agentos.llm.wire.Part;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.ThinkingLevel;
import io.agentos.llm.wire.Tool;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.ToolChoice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/** Says a prompt in the terms of the Messages API. */
final class AnthropicPrompt {
  /** The tool that a model without structured output answers with. */
  static final String ANSWER_TOOL = "answer";

  /** The API wants a limit in every request; this one only ends what runs away. */
  private static final int MAX_TOKENS = 16_384;

  private static final int BUDGET_MIN = 1_024;

  private final Prompt prompt;
  private final ClaudeModel model;
  private final ToolSignatures thoughts;

  AnthropicPrompt(Prompt prompt, ClaudeModel model, ToolSignatures thoughts) {
    this.prompt = prompt;
    this.model = model;
    this.thoughts = thoughts;
  }

  ObjectNode body(boolean streaming) {
    ObjectNode body = Json.object().put("model", model.name());
    int maxTokens = prompt.sampling().maxTokens().orElse(MAX_TOKENS);
    body.put("max_tokens", maxTokens);
    prompt.systemInstruction().ifPresent(text -> body.put("system", text));
    addMessages(body.putArray("messages"));
    prompt.sampling().temperature().ifPresent(value -> body.put("temperature", value));
    prompt.sampling().topP().ifPresent(value -> body.put("top_p", value));
    if (!prompt.sampling().stop().isEmpty()) {
      ArrayNode stop = body.putArray("stop_sequences");
      prompt.sampling().stop().forEach(stop::add);
    }
    prompt.sampling().thinkingLevel().ifPresent(level -> addThinking(body, level, maxTokens));
    if (!prompt.tools().isEmpty()) {
      ArrayNode tools = body.putArray("tools");
      prompt.tools().forEach(tool -> tools.add(tool(tool)));
    }
    prompt.toolChoice().ifPresent(choice -> body.set("tool_choice", choice(choice)));
    prompt.responseSchema().ifPresent(schema -> addSchema(body, schema));
    if (streaming) {
      body.put("stream", true);
    }
    return body;
  }

  /** Results of tools that follow each other are one turn, as the API wants it. */
  private void addMessages(ArrayNode messages) {
    Optional<ArrayNode> results = Optional.empty();
    for (Message message : prompt.messages()) {
      if (message.role() == Message.Role.TOOL) {
        ArrayNode turn =
            results.orElseGet(() -> messages.addObject().put("role", "user").putArray("content"));
        turn.addObject()
            .put("type", "tool_result")
            .put("tool_use_id", message.toolCallId().orElseThrow())
            .put("content", message.text());
        results = Optional.of(turn);
        continue;
      }
      results = Optional.empty();
      boolean user = message.role() == Message.Role.USER;
      ArrayNode content =
          messages.addObject().put("role", user ? "user" : "assistant").putArray("content");
      message.toolCalls().stream().findFirst().ifPresent(call -> addThoughts(content, call));
      message.content().forEach(part -> add(content, part));
      message.toolCalls().forEach(call -> add(content, call));
    }
  }

  /** What the model thought before its calls goes back to it as it came, signed. */
  private void addThoughts(ArrayNode content, ToolCall first) {
    Optional<byte[]> remembered = thoughts.find(prompt.caller(), first.id());
    if (remembered.isPresent()) {
      try {
        Json.mapper().readTree(remembered.get()).forEach(content::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void add(ArrayNode content, Part part) {
    if (part instanceof Part.Image image) {
      content
          .addObject()
          .put("type", "image")
          .putObject("source")
          .put("type", "base64")
          .put("media_type", image.mimeType())
          .put("data", image.base64());
    } else if (!((Part.Text) part).text().isEmpty()) {
      // The API refuses text that is empty.
      content.addObject().put("type", "text").put("text", ((Part.Text) part).text());
    }
  }

  private static void add(ArrayNode content, ToolCall call) {
    content
        .addObject()
        .put("type", "tool_use")
        .put("id", call.id())
        .put("name", call.name())
        .set("input", call.arguments());
  }

  private void addThinking(ObjectNode body, ThinkingLevel level, int maxTokens) {
    if (model.thinksAdaptively()) {
      body.putObject("thinking").put("type", "adaptive");
      body.withObject("/output_config").put("effort", level.name().toLowerCase(Locale.ROOT));
      return;
    }
    int budget =
        switch (level) {
          case LOW -> BUDGET_MIN;
          case MEDIUM -> 8_192;
          case HIGH -> 24_576;
        };
    body.putObject("thinking").put("type", "enabled").put("budget_tokens", budget);
    if (prompt.sampling().maxTokens().isEmpty()) {
      // What is thought counts, and the limit has to be above it.
      body.put("max_tokens", budget + maxTokens);
    }
  }

  private void addSchema(ObjectNode body, ObjectNode schema) {
    ObjectNode closed = (ObjectNode) closed(schema);
    if (model.followsSchemas()) {
      body.withObject("/output_config")
          .putObject("format")
          .put("type", "json_schema")
          .set("schema", closed);
      return;
    }
    body.withArray("/tools")
        .addObject()
        .put("name", ANSWER_TOOL)
        .put("description", "Gives the answer.")
        .set("input_schema", schema);
    ObjectNode choice = body.putObject("tool_choice");
    if (noneIsWanted()) {
      choice.put("type", "tool").put("name", ANSWER_TOOL);
    } else {
      choice.put("type", "any");
    }
  }

  private boolean noneIsWanted() {
    return prompt.toolChoice().map(choice -> choice.mode() == ToolChoice.Mode.NONE).orElse(false);
  }

  private static ObjectNode choice(ToolChoice choice) {
    ObjectNode node = Json.object();
    if (choice.tool().isPresent()) {
      return node.put("type", "tool").put("name", choice.tool().get());
    }
    return node.put(
        "type",
        switch (choice.mode()) {
          case AUTO -> "auto";
          case NONE -> "none";
          case REQUIRED -> "any";
        });
  }

  /** The API takes only objects that say that they have no other properties. */
  private static JsonNode closed(JsonNode schema) {
    JsonNode copy = schema.deepCopy();
    close(copy);
    return copy;
  }

  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object
        && object.path("type").asText().equals("object")
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    schema.forEach(AnthropicPrompt::close);
  }

  private static ObjectNode tool(Tool tool) {
    ObjectNode node = Json.object().put("name", tool.name());
    if (!tool.description().isEmpty()) {
      node.put("description", tool.description());
    }
    ObjectNode schema = node.putObject("input_schema").put("type", "object");
    schema.setAll(tool.parameters());
    return node;
  }
}
