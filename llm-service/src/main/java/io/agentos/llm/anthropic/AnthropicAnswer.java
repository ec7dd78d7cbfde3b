// SPDX-License-Identifier: MIT
package io.agentos.llm.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.http.HttpErrors;
import io.agentos.llm.http.JsonHttp;
import io.agentos.llm.provider.Draft;
import io.agentos.llm.provider.Tokens;
import io.agentos.llm.provider.ToolSignatures;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.Usage;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Puts an answer together from one message, or from the events of a stream. */
final class AnthropicAnswer implements JsonHttp.Reader {
  private static final String TOOL_USE = "tool_use";
  private static final String STOP_SEQUENCE = "stop_sequence";

  private final String caller;
  private final ToolSignatures thoughts;
  private final HttpErrors errors;
  private final Draft draft;

  /** The blocks of a stream that are not text, by their index. */
  private final Map<Integer, Block> blocks = new TreeMap<>();

  private final ArrayNode thought = Json.mapper().createArrayNode();
  private final ObjectNode counts = Json.object();
  private boolean answeredByTool;
  private String stopped = "";
  private boolean complete;

  /** A block as it grows. */
  private static final class Block {
    private final ObjectNode start;
    private final StringBuilder input = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();

    Block(ObjectNode start) {
      this.start = start;
    }
  }

  AnthropicAnswer(String caller, ToolSignatures thoughts, HttpErrors errors, Draft draft) {
    this.caller = caller;
    this.thoughts = thoughts;
    this.errors = errors;
    this.draft = draft;
  }

  @Override
  public void read(JsonNode event) throws FailureException {
    switch (event.path("type").asText()) {
      case "message" -> {
        count(event.path("usage"));
        for (JsonNode block : event.path("content")) {
          whole(block);
        }
        stopped = event.path("stop_reason").asText("");
        complete = true;
      }
      case "message_start" -> count(event.at("/message/usage"));
      case "content_block_start" -> start(event);
      case "content_block_delta" -> grow(event);
      case "message_delta" -> {
        count(event.path("usage"));
        stopped = event.at("/delta/stop_reason").asText(stopped);
      }
      case "message_stop" -> complete = true;
      case "error" -> throw new FailureException(errors.inStream(event));
      default -> {
        // ping, content_block_stop, and what may be added: the API asks to pass over these.
      }
    }
  }

  /** Later counts replace earlier ones; they are sums, not differences. */
  private void count(JsonNode usage) {
    for (Map.Entry<String, JsonNode> entry : usage.properties()) {
      if (!entry.getValue().isNull()) {
        counts.set(entry.getKey(), entry.getValue());
      }
    }
  }

  private void whole(JsonNode block) throws FailureException {
    switch (block.path("type").asText()) {
      case "text" -> draft.say(block.path("text").asText(""));
      case TOOL_USE -> use(block, block.path("input"));
      case "thinking", "redacted_thinking" -> thought.add(block);
      default -> {
        // Blocks of the provider's own tools, which are never asked for.
      }
    }
  }

  private void start(JsonNode event) throws FailureException {
    JsonNode block = event.path("content_block");
    draft.say(block.path("type").asText().equals("text") ? block.path("text").asText("") : "");
    if (block instanceof ObjectNode object) {
      blocks.put(event.path("index").asInt(), new Block(object));
      draft.bound(blocks.size());
    }
  }

  private void grow(JsonNode event) throws FailureException {
    JsonNode delta = event.path("delta");
    draft.say(delta.path("text").asText(""));
    Block block = blocks.get(event.path("index").asInt());
    if (block != null) {
      draft.grow(block.input, delta.path("partial_json").asText(""));
      draft.grow(block.thinking, delta.path("thinking").asText(""));
      if (delta.has("signature")) {
        block.start.set("signature", delta.get("signature"));
      }
    }
  }

  private void use(JsonNode block, JsonNode input) throws FailureException {
    String name = block.path("name").asText("");
    if (!(input instanceof ObjectNode arguments) || name.isEmpty()) {
      throw errors.unusable("'s model asked for a tool with arguments that are no JSON object");
    }
    if (name.equals(AnthropicPrompt.ANSWER_TOOL)) {
      answeredByTool = true;
      draft.say(arguments.toString());
      return;
    }
    String id = block.path("id").asText("");
    draft.add(new ToolCall(id.isEmpty() ? "call-" + UUID.randomUUID() : id, name, arguments));
  }

  /** The whole answer; fails when the API said nothing, or stopped before it was done. */
  Answer finish(String model) throws FailureException {
    if (!complete) {
      throw errors.unusable(
          draft.isEmpty() && blocks.isEmpty()
              ? " sent no answer"
              : "'s answer ends before its end");
    }
    for (Block block : blocks.values()) {
      finish(block);
    }
    FinishReason reason = reason();
    boolean explained =
        reason == FinishReason.SAFETY
            || reason == FinishReason.LENGTH
            || stopped.equals(STOP_SEQUENCE);
    if (draft.isEmpty() && !explained) {
      throw errors.unusable(
          "'s answer is empty (" + (stopped.isEmpty() ? "no reason" : stopped) + ")");
    }
    if (!draft.toolCalls().isEmpty() && !thought.isEmpty()) {
      thoughts.remember(caller, draft.toolCalls().get(0).id(), thought.toString().getBytes(UTF_8));
    }
    return new Answer(draft.text(), model, reason, usage(), draft.toolCalls());
  }

  private void finish(Block block) throws FailureException {
    String type = block.start.path("type").asText();
    if (type.equals(TOOL_USE)) {
      try {
        String text = block.input.toString().strip();
        use(block.start, text.isEmpty() ? block.start.path("input") : Json.mapper().readTree(text));
      } catch (JsonProcessingException e) {
        if (reason() != FinishReason.LENGTH) {
          throw errors.unusable("'s model asked for a tool with arguments that are no JSON object");
        }
      }
    } else if (type.endsWith("thinking")) {
      if (!block.thinking.isEmpty()) {
        block.start.put("thinking", block.thinking.toString());
      }
      thought.add(block.start);
    }
  }

  private FinishReason reason() {
    return switch (stopped) {
      case "end_turn", STOP_SEQUENCE -> FinishReason.STOP;
      case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
      case TOOL_USE ->
          answeredByTool && draft.toolCalls().isEmpty()
              ? FinishReason.STOP
              : FinishReason.TOOL_CALLS;
      case "refusal" -> FinishReason.SAFETY;
      default -> FinishReason.OTHER;
    };
  }

  /** Input counts only what was not cached, and output also what was thought. */
  private Usage usage() {
    long cached = Tokens.of(counts.path("cache_read_input_tokens"));
    long written = Tokens.of(counts.path("cache_creation_input_tokens"));
    long thinking = Tokens.of(counts.at("/output_tokens_details/thinking_tokens"));
    return new Usage(
        Tokens.of(counts.path("input_tokens")) + written + cached,
        Math.max(0, Tokens.of(counts.path("output_tokens")) - thinking),
        thinking,
        cached);
  }
}
