// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads back what {@link Replies} wrote. */
public final class ReplyReader {
  private static final Set<String> RESULT =
      Set.of("content", "provider", "model", "finish_reason", "usage", "tool_calls", "latency_ms");
  private static final Set<String> ERROR =
      Set.of("code", "message", "retryable", "retry_after_ms", "sent");

  private ReplyReader() {}

  /** A result and whose it is. */
  public record Result(String provider, Answer answer, Duration latency) {}

  /**
   * An error.
   *
   * @param sent whether the provider may have got the request
   */
  public record Refusal(Failure failure, boolean sent) {}

  public static Result result(ObjectNode node, String place) throws FieldException {
    Fields fields = Fields.of(node, place, RESULT);
    Answer answer =
        new Answer(
            fields.requiredText("content"),
            fields.requiredText("model"),
            Constants.named(
                FinishReason.class,
                fields.requiredText("finish_reason"),
                fields.path("finish_reason")),
            usage(fields),
            toolCalls(fields.list("tool_calls"), fields.path("tool_calls")));
    long latencyMs = fields.integer("latency_ms", 0, Long.MAX_VALUE / 1_000_000).orElse(0);
    return new Result(fields.requiredText("provider"), answer, Duration.ofMillis(latencyMs));
  }

  private static Usage usage(Fields fields) throws FieldException {
    Fields usage =
        Fields.of(
            fields.require("usage", fields.any("usage")),
            fields.path("usage"),
            Set.of("input", "output", "thinking", "cached"));
    return new Usage(
        usage.integer("input", 0, Long.MAX_VALUE).orElse(0),
        usage.integer("output", 0, Long.MAX_VALUE).orElse(0),
        usage.integer("thinking", 0, Long.MAX_VALUE).orElse(0),
        usage.integer("cached", 0, Long.MAX_VALUE).orElse(0));
  }

  /** Calls that a model wants made. */
  static List<ToolCall> toolCalls(List<JsonNode> nodes, String place) throws FieldException {
    List<ToolCall> calls = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Fields fields =
          Fields.of(nodes.get(i), place + "[" + i + "]", Set.of("id", "name", "arguments"));
      calls.add(
          new ToolCall(
              fields.requiredText("id"),
              fields.requiredText("name"),
              fields.object("arguments").orElseGet(Json::object)));
    }
    return calls;
  }

  public static Refusal error(ObjectNode node, String place) throws FieldException {
    Fields fields = Fields.of(node, place, ERROR);
    return new Refusal(failure(fields), fields.flag("sent", /* absent= */ true));
  }

  private static Failure failure(Fields fields) throws FieldException {
    return new Failure(
        Constants.exactly(ErrorCode.class, fields.requiredText("code"), fields.path("code")),
        fields.requiredText("message"),
        fields.flag("retryable", /* absent= */ false),
        fields.integer("retry_after_ms", 0, Limits.RETRY_AFTER_MAX.toMillis()));
  }
}
