// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionCallingConfig;
import com.google.genai.types.FunctionCallingConfigMode;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.Part;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.ThinkingLevel;
import com.google.genai.types.Tool;
import com.google.genai.types.ToolConfig;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.ToolSignatures;
import io.agentos.llm.wire.Message;
import io.agentos.llm.wire.Message.Role;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.Sampling;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.ToolChoice;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says a prompt in Gemini's terms. */
final class GeminiPrompt {
  private static final String USER = "user";
  private static final String MODEL = "model";

  private final Prompt prompt;
  private final String model;
  private final ToolSignatures signatures;

  GeminiPrompt(Prompt prompt, String model, ToolSignatures signatures) {
    this.prompt = prompt;
    this.model = model;
    this.signatures = signatures;
  }

  /** The conversation; results of tools that follow each other are one turn, as Gemini wants it. */
  List<Content> contents() {
    List<Content> contents = new ArrayList<>();
    List<Part> results = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    for (Message message : prompt.messages()) {
      if (message.role() == Role.TOOL) {
        results.add(result(message, names));
        continue;
      }
      addResults(contents, results);
      message.toolCalls().forEach(call -> names.put(call.id(), call.name()));
      contents.add(
          Content.builder()
              .role(message.role() == Role.USER ? USER : MODEL)
              .parts(parts(message))
              .build());
    }
    addResults(contents, results);
    return contents;
  }

  private static void addResults(List<Content> contents, List<Part> results) {
    if (!results.isEmpty()) {
      contents.add(Content.builder().role(USER).parts(List.copyOf(results)).build());
      results.clear();
    }
  }

  private List<Part> parts(Message message) {
    List<Part> parts = new ArrayList<>();
    for (io.agentos.llm.wire.Part part : message.content()) {
      if (part instanceof io.agentos.llm.wire.Part.Image image) {
        parts.add(Part.fromBytes(Base64.getDecoder().decode(image.base64()), image.mimeType()));
      } else {
        parts.add(Part.fromText(((io.agentos.llm.wire.Part.Text) part).text()));
      }
    }
    message.toolCalls().forEach(call -> parts.add(call(call)));
    return parts;
  }

  private Part call(ToolCall call) {
    Part.Builder part =
        Part.builder()
            .functionCall(
                FunctionCall.builder()
                    .id(call.id())
                    .name(call.name())
                    .args(map(call.arguments()))
                    .build());
    signatures.find(prompt.caller(), call.id()).ifPresent(part::thoughtSignature);
    return part.build();
  }

  private static Part result(Message message, Map<String, String> names) {
    String id = message.toolCallId().orElseThrow();
    return Part.builder()
        .functionResponse(
            FunctionResponse.builder()
                .id(id)
                .name(names.getOrDefault(id, ""))
                .response(Map.of("output", message.text()))
                .build())
        .build();
  }

  GenerateContentConfig config() {
    GenerateContentConfig.Builder config = GenerateContentConfig.builder();
    prompt
        .systemInstruction()
        .ifPresent(text -> config.systemInstruction(Content.fromParts(Part.fromText(text))));
    sampling(config);
    prompt
        .responseSchema()
        .ifPresent(
            schema -> config.responseMimeType("application/json").responseJsonSchema(map(schema)));
    if (!prompt.tools().isEmpty()) {
      config.tools(Tool.builder().functionDeclarations(declarations()).build());
    }
    prompt.toolChoice().ifPresent(choice -> config.toolConfig(choice(choice)));
    return config.build();
  }

  private void sampling(GenerateContentConfig.Builder config) {
    Sampling sampling = prompt.sampling();
    sampling.temperature().ifPresent(value -> config.temperature((float) value));
    sampling.topP().ifPresent(value -> config.topP((float) value));
    sampling.presencePenalty().ifPresent(value -> config.presencePenalty((float) value));
    sampling.frequencyPenalty().ifPresent(value -> config.frequencyPenalty((float) value));
    // Gemini's seed has 32 bits; a longer one still stands for the same draw each time.
    sampling.seed().ifPresent(value -> config.seed((int) value));
    sampling.maxTokens().ifPresent(config::maxOutputTokens);
    if (!sampling.stop().isEmpty()) {
      config.stopSequences(sampling.stop());
    }
    sampling.thinkingLevel().ifPresent(level -> config.thinkingConfig(thinking(level)));
  }

  private static ToolConfig choice(ToolChoice choice) {
    FunctionCallingConfig.Builder calling =
        FunctionCallingConfig.builder()
            .mode(
                switch (choice.mode()) {
                  case AUTO -> FunctionCallingConfigMode.Known.AUTO;
                  case NONE -> FunctionCallingConfigMode.Known.NONE;
                  case REQUIRED -> FunctionCallingConfigMode.Known.ANY;
                });
    choice.tool().ifPresent(name -> calling.allowedFunctionNames(List.of(name)));
    return ToolConfig.builder().functionCallingConfig(calling.build()).build();
  }

  private List<FunctionDeclaration> declarations() {
    List<FunctionDeclaration> declarations = new ArrayList<>();
    for (io.agentos.llm.wire.Tool tool : prompt.tools()) {
      FunctionDeclaration.Builder declaration =
          FunctionDeclaration.builder().name(tool.name()).description(tool.description());
      if (!tool.parameters().isEmpty()) {
        declaration.parametersJsonSchema(map(tool.parameters()));
      }
      declarations.add(declaration.build());
    }
    return declarations;
  }

  /** Gemini 2.5 knows budgets only, later models levels only; the budgets are Google's own. */
  private ThinkingConfig thinking(io.agentos.llm.wire.ThinkingLevel level) {
    ThinkingConfig.Builder config = ThinkingConfig.builder();
    if (model.contains("gemini-2.5")) {
      return config
          .thinkingBudget(
              switch (level) {
                case LOW -> 1_024;
                case MEDIUM -> 8_192;
                case HIGH -> 24_576;
              })
          .build();
    }
    return config
        .thinkingLevel(
            switch (level) {
              case LOW -> ThinkingLevel.Known.LOW;
              case MEDIUM -> ThinkingLevel.Known.MEDIUM;
              case HIGH -> ThinkingLevel.Known.HIGH;
            })
        .build();
  }

  @SuppressWarnings("unchecked") // the SDK takes maps, and an object is one
  private static Map<String, Object> map(ObjectNode object) {
    return Json.mapper().convertValue(object, Map.class);
  }
}
