// SPDX-License-Identifier: MIT
package io.agentos.llm.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.http.HttpErrors;
import io.agentos.llm.http.JsonHttp;
import io.agentos.llm.provider.Draft;
import io.agentos.llm.provider.Tokens;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.Usage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Puts an answer together from one completion, or from the chunks of a stream. */
final class OpenAiAnswer implements JsonHttp.Reader {
  private final HttpErrors errors;
  private final Draft draft;
  private final boolean mayStopAtOnce;

  /** By the index that the pieces of a call have in common. */
  private final Map<Integer, Pieces> calls = new TreeMap<>();

  private String finished = "";
  private boolean refused;
  private boolean complete;
  private Usage usage = new Usage(0, 0, 0, 0);

  private static final class Pieces {
    private String id = "";
    private String name = "";
    private final StringBuilder arguments = new StringBuilder();
  }

  /**
   * An answer to come.
   *
   * @param stop the texts that it was to end before; the first may have been its beginning
   */
  OpenAiAnswer(HttpErrors errors, Draft draft, List<String> stop) {
    this.errors = errors;
    this.draft = draft;
    this.mayStopAtOnce = !stop.isEmpty();
  }

  @Override
  public void read(JsonNode event) throws FailureException {
    if (event.hasNonNull("error")) {
      throw new FailureException(errors.inStream(event));
    }
    if (event.path("usage").isObject()) {
      usage = usage(event.get("usage"));
    }
    JsonNode choice = event.path("choices").path(0);
    // A completion has its message, a chunk what is new in it.
    complete |= choice.path("message").isObject();
    JsonNode message = complete ? choice.path("message") : choice.path("delta");
    if (message.path("refusal").isTextual()) {
      refused = true;
      draft.say(message.get("refusal").textValue());
    }
    draft.say(message.path("content").asText(""));
    for (JsonNode call : message.path("tool_calls")) {
      add(call);
    }
    if (choice.path("finish_reason").isTextual()) {
      finished = choice.get("finish_reason").textValue();
    }
  }

  @Override
  public void done() {
    complete = true;
  }

  private void add(JsonNode call) throws FailureException {
    Pieces pieces = calls.computeIfAbsent(index(call), index -> new Pieces());
    draft.bound(calls.size());
    JsonNode function = call.path("function");
    pieces.id = call.path("id").asText(pieces.id);
    pieces.name = function.path("name").asText(pieces.name);
    JsonNode arguments = function.path("arguments");
    // The format says text; some servers send the object itself.
    draft.grow(
        pieces.arguments, arguments.isObject() ? arguments.toString() : arguments.asText(""));
  }

  /** Where there is no index, each call comes in one piece. */
  private int index(JsonNode call) {
    return call.path("index").isInt() ? call.get("index").intValue() : calls.size();
  }

  /** The whole answer; fails when the server said nothing, or stopped before it was done. */
  Answer finish(String model) throws FailureException {
    boolean cutOff = finished.isEmpty() && !complete;
    for (Pieces pieces : calls.values()) {
      if (!cutOff) {
        finish(pieces);
      }
    }
    FinishReason reason = reason();
    if (cutOff) {
      throw errors.unusable(
          draft.isEmpty() && calls.isEmpty() ? " sent no answer" : "'s answer ends before its end");
    }
    boolean explained =
        reason == FinishReason.SAFETY
            || reason == FinishReason.LENGTH
            || (reason == FinishReason.STOP && mayStopAtOnce);
    if (draft.isEmpty() && !explained) {
      throw errors.unusable(
          "'s answer is empty (" + (finished.isEmpty() ? "no reason" : finished) + ")");
    }
    return new Answer(draft.text(), model, reason, usage, draft.toolCalls());
  }

  private void finish(Pieces pieces) throws FailureException {
    try {
      String text = pieces.arguments.toString().strip();
      JsonNode arguments = text.isEmpty() ? Json.object() : Json.mapper().readTree(text);
      if (arguments instanceof ObjectNode object && !pieces.name.isEmpty()) {
        String id = pieces.id.isEmpty() ? "call-" + UUID.randomUUID() : pieces.id;
        draft.add(new ToolCall(id, pieces.name, object));
        return;
      }
    } catch (JsonProcessingException e) {
      // The model's own mistake, or the end of its tokens.
    }
    if (!finished.equals("length")) {
      throw errors.unusable("'s model asked for a tool with arguments that are no JSON object");
    }
  }

  private FinishReason reason() {
    if (refused) {
      return FinishReason.SAFETY;
    }
    return switch (finished) {
      case "stop" -> draft.toolCalls().isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
      case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
      case "length" -> FinishReason.LENGTH;
      case "content_filter" -> FinishReason.SAFETY;
      default -> FinishReason.OTHER;
    };
  }

  /** What was thought is counted as a part of what was said, and what was cached of the input. */
  private static Usage usage(JsonNode node) {
    long thinking = Tokens.of(node.at("/completion_tokens_details/reasoning_tokens"));
    return new Usage(
        Tokens.of(node.path("prompt_tokens")),
        Math.max(0, Tokens.of(node.path("completion_tokens")) - thinking),
        thinking,
        Tokens.of(node.at("/prompt_tokens_details/cached_tokens")));
  }
}
