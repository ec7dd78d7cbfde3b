// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import java.util.List;

/** The objects that the service writes, one a line. */
public final class Replies {
  private static final int PROTOCOL = 1;

  private Replies() {}

  /** The first line, once. */
  public static ObjectNode ready(String provider, String model) {
    return Json.object()
        .put("type", "ready")
        .put("protocol", PROTOCOL)
        .put("provider", provider)
        .put("model", model);
  }

  public static ObjectNode delta(long id, String content) {
    return of(id, "delta").put("content", content);
  }

  public static ObjectNode result(long id, String provider, Answer answer, long latencyMs) {
    ObjectNode reply =
        of(id, "result")
            .put("content", answer.content())
            .put("provider", provider)
            .put("model", answer.model())
            .put("finish_reason", answer.finishReason().wireName());
    reply
        .putObject("usage")
        .put("input", answer.usage().input())
        .put("output", answer.usage().output())
        .put("thinking", answer.usage().thinking())
        .put("cached", answer.usage().cached());
    addToolCalls(reply, answer.toolCalls());
    return reply.put("latency_ms", latencyMs);
  }

  private static void addToolCalls(ObjectNode reply, List<ToolCall> calls) {
    if (!calls.isEmpty()) {
      var list = reply.putArray("tool_calls");
      for (ToolCall call : calls) {
        list.addObject()
            .put("id", call.id())
            .put("name", call.name())
            .set("arguments", call.arguments());
      }
    }
  }

  public static ObjectNode error(long id, Failure failure) {
    ObjectNode reply =
        of(id, "error")
            .put("code", failure.code().name())
            .put("message", failure.message())
            .put("retryable", failure.retryable());
    failure.retryAfterMs().ifPresent(delay -> reply.put("retry_after_ms", delay));
    return reply;
  }

  /**
   * How the service is.
   *
   * @param running requests under way now
   * @param answered requests that had a result since the start
   * @param failed requests that had an error since the start
   */
  public record Counts(int running, long answered, long failed) {}

  public static ObjectNode status(long id, String provider, String model, Counts counts) {
    return of(id, "status")
        .put("provider", provider)
        .put("model", model)
        .put("running", counts.running())
        .put("answered", counts.answered())
        .put("failed", counts.failed());
  }

  private static ObjectNode of(long id, String type) {
    return Json.object().put("id", id).put("type", type);
  }
}
