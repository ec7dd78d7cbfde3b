// SPDX-License-Identifier: MIT
package io.agentos.llm.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.wire.Message;
import io.agentos.llm.wire.Part;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.Sampling;
import io.agentos.llm.wire.Tool;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.ToolChoice;
import java.util.Locale;

/** Says a prompt in the terms of Chat Completions. */
final class OpenAiPrompt {
  private final Prompt prompt;
  private final String model;
  private final boolean original;

  /**
   * A prompt to say.
   *
   * @param original whether it is for OpenAI itself, which refuses what most others only know by
   *     its old name
   */
  OpenAiPrompt(Prompt prompt, String model, boolean original) {
    this.prompt = prompt;
    this.model = model;
    this.original = original;
  }

  ObjectNode body(boolean streaming) {
    ObjectNode body = Json.object().put("model", model);
    ArrayNode messages = body.putArray("messages");
    prompt
        .systemInstruction()
        .ifPresent(text -> messages.addObject().put("role", "system").put("content", text));
    prompt.messages().forEach(message -> add(messages.addObject(), message));
    addSampling(body);
    if (!prompt.tools().isEmpty()) {
      ArrayNode tools = body.putArray("tools");
      prompt.tools().forEach(tool -> add(tools.addObject(), tool));
    }
    prompt.toolChoice().ifPresent(choice -> add(body, choice));
    prompt
        .responseSchema()
        .ifPresent(
            schema ->
                body.putObject("response_format")
                    .put("type", "json_schema")
                    .putObject("json_schema")
                    .put("name", "answer")
                    .put("strict", StrictSchema.fits(schema))
                    .set("schema", schema));
    if (streaming) {
      body.put("stream", true).putObject("stream_options").put("include_usage", true);
    }
    return body;
  }

  private void addSampling(ObjectNode body) {
    Sampling sampling = prompt.sampling();
    sampling.temperature().ifPresent(value -> body.put("temperature", value));
    sampling.topP().ifPresent(value -> body.put("top_p", value));
    sampling.presencePenalty().ifPresent(value -> body.put("presence_penalty", value));
    sampling.frequencyPenalty().ifPresent(value -> body.put("frequency_penalty", value));
    sampling.seed().ifPresent(value -> body.put("seed", value));
    sampling
        .maxTokens()
        .ifPresent(value -> body.put(original ? "max_completion_tokens" : "max_tokens", value));
    if (!sampling.stop().isEmpty()) {
      ArrayNode stop = body.putArray("stop");
      sampling.stop().forEach(stop::add);
    }
    sampling
        .thinkingLevel()
        .ifPresent(level -> body.put("reasoning_effort", level.name().toLowerCase(Locale.ROOT)));
  }

  private static void add(ObjectNode body, ToolChoice choice) {
    if (choice.tool().isEmpty()) {
      body.put("tool_choice", choice.mode().name().toLowerCase(Locale.ROOT));
      return;
    }
    body.putObject("tool_choice")
        .put("type", "function")
        .putObject("function")
        .put("name", choice.tool().get());
  }

  private static void add(ObjectNode node, Message message) {
    switch (message.role()) {
      case USER -> addUser(node.put("role", "user"), message);
      case ASSISTANT -> addAssistant(node.put("role", "assistant"), message);
      case TOOL ->
          node.put("role", "tool")
              .put("tool_call_id", message.toolCallId().orElseThrow())
              .put("content", message.text());
    }
  }

  /** Text alone goes as text: many servers know no lists of parts. */
  private static void addUser(ObjectNode node, Message message) {
    if (message.content().stream().allMatch(Part.Text.class::isInstance)) {
      node.put("content", message.text());
      return;
    }
    ArrayNode parts = node.putArray("content");
    for (Part part : message.content()) {
      if (part instanceof Part.Image image) {
        parts
            .addObject()
            .put("type", "image_url")
            .putObject("image_url")
            .put("url", "data:" + image.mimeType() + ";base64," + image.base64());
      } else {
        parts.addObject().put("type", "text").put("text", ((Part.Text) part).text());
      }
    }
  }

  private static void addAssistant(ObjectNode node, Message message) {
    String text = message.text();
    if (text.isEmpty()) {
      node.putNull("content");
    } else {
      node.put("content", text);
    }
    if (!message.toolCalls().isEmpty()) {
      ArrayNode calls = node.putArray("tool_calls");
      for (ToolCall call : message.toolCalls()) {
        calls
            .addObject()
            .put("id", call.id())
            .put("type", "function")
            .putObject("function")
            .put("name", call.name())
            .put("arguments", call.arguments().toString());
      }
    }
  }

  private static void add(ObjectNode node, Tool tool) {
    ObjectNode function =
        node.put("type", "function")
            .putObject("function")
            .put("name", tool.name())
            .put("description", tool.description());
    if (!tool.parameters().isEmpty()) {
      function.set("parameters", tool.parameters());
    }
  }
}
