// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.wire.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What THINK answers, as a chat completion: whole, or in pieces. */
final class ChatAnswer {
  private final String id;
  private final long createdSeconds;
  private final ChatRequest request;
  private boolean begun;
  private boolean spoke;

  ChatAnswer(String id, long createdSeconds, ChatRequest request) {
    this.id = id;
    this.createdSeconds = createdSeconds;
    this.request = request;
  }

  /** All of it. */
  ObjectNode whole(JsonNode answer) {
    ObjectNode whole = head("chat.completion", answer.path("model").asText(request.model()));
    ObjectNode choice = whole.putArray("choices").addObject().put("index", 0);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    ArrayNode calls = calls(answer, /* numbered= */ false);
    String content = answer.path("content").asText();
    message.put("content", content.isEmpty() && !calls.isEmpty() ? null : content);
    message.putNull("refusal");
    if (!calls.isEmpty()) {
      message.set("tool_calls", calls);
    }
    choice.putNull("logprobs").put("finish_reason", finish(answer));
    whole.set("usage", usage(answer));
    return whole;
  }

  /** The pieces that a part of the answer makes. */
  List<ObjectNode> part(JsonNode part) {
    List<ObjectNode> pieces = new ArrayList<>();
    begin(pieces);
    spoke = true;
    pieces.add(piece(Json.object().put("content", part.path("content").asText()), null));
    return pieces;
  }

  /** The pieces after all parts. */
  List<ObjectNode> last(JsonNode answer) {
    List<ObjectNode> pieces = new ArrayList<>();
    begin(pieces);
    String content = answer.path("content").asText();
    if (!spoke && !content.isEmpty()) {
      pieces.add(piece(Json.object().put("content", content), null));
    }
    ArrayNode calls = calls(answer, /* numbered= */ true);
    if (!calls.isEmpty()) {
      ObjectNode delta = Json.object();
      delta.set("tool_calls", calls);
      pieces.add(piece(delta, null));
    }
    pieces.add(piece(Json.object(), finish(answer)));
    if (request.withUsage()) {
      ObjectNode usage = head("chat.completion.chunk", request.model());
      usage.putArray("choices");
      usage.set("usage", usage(answer));
      pieces.add(usage);
    }
    return pieces;
  }

  private void begin(List<ObjectNode> pieces) {
    if (!begun) {
      begun = true;
      pieces.add(piece(Json.object().put("role", "assistant").put("content", ""), null));
    }
  }

  private ObjectNode piece(ObjectNode delta, @Nullable String finish) {
    ObjectNode piece = head("chat.completion.chunk", request.model());
    ObjectNode choice = piece.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", finish);
    if (request.withUsage()) {
      piece.putNull("usage");
    }
    return piece;
  }

  private ObjectNode head(String object, String model) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", createdSeconds)
        .put("model", model);
  }

  private static ArrayNode calls(JsonNode answer, boolean numbered) {
    ArrayNode calls = Json.MAPPER.createArrayNode();
    for (JsonNode made : answer.path("tool_calls")) {
      ObjectNode call = Json.object();
      if (numbered) {
        call.put("index", calls.size());
      }
      call.put("id", made.path("id").asText()).put("type", "function");
      call.putObject("function")
          .put("name", made.path("name").asText())
          .put("arguments", made.path("arguments").toString());
      calls.add(call);
    }
    return calls;
  }

  private static String finish(JsonNode answer) {
    return switch (answer.path("finish_reason").asText()) {
      case "length" -> "length";
      case "tool_calls" -> "tool_calls";
      case "safety" -> "content_filter";
      default -> answer.path("tool_calls").isEmpty() ? "stop" : "tool_calls";
    };
  }

  /** Thinking counts among what was completed there, and beside it in THINK. */
  private static ObjectNode usage(JsonNode answer) {
    JsonNode used = answer.path("usage");
    long input = used.path("input").asLong();
    long thinking = used.path("thinking").asLong();
    long completed = used.path("output").asLong() + thinking;
    ObjectNode usage =
        Json.object()
            .put("prompt_tokens", input)
            .put("completion_tokens", completed)
            .put("total_tokens", input + completed);
    usage.putObject("prompt_tokens_details").put("cached_tokens", used.path("cached").asLong());
    usage.putObject("completion_tokens_details").put("reasoning_tokens", thinking);
    return usage;
  }
}
