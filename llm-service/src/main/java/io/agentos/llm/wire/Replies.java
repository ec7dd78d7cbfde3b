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
  public static ObjectNode ready(Choice choice) {
    return put(Json.object().put("type", "ready").put("protocol", PROTOCOL), choice);
  }

  /**
   * What can be asked.
   *
   * @param provider the provider for requests that name none
   * @param model the model for requests that name none
   */
  public record Choice(String provider, String model, List<Listed> providers) {}

  /**
   * One of the providers.
   *
   * @param model what it answers with when a request names no model
   * @param usable whether it has what it needs, such as its key
   */
  public record Listed(String name, String kind, String model, boolean usable) {}

  private static ObjectNode put(ObjectNode reply, Choice choice) {
    reply.put("provider", choice.provider()).put("model", choice.model());
    var list = reply.putArray("providers");
    for (Listed provider : choice.providers()) {
      list.addObject()
          .put("name", provider.name())
          .put("kind", provider.kind())
          .put("model", provider.model())
          .put("usable", provider.usable());
    }
    return reply;
  }

  public static ObjectNode delta(long id, String content) {
    return of(id, "delta").put("content", content);
  }

  public static ObjectNode result(long id, String provider, Answer answer, long latencyMs) {
    ObjectNode reply = of(id, "result");
    put(reply, provider, answer);
    return reply.put("latency_ms", latencyMs);
  }

  /** Adds the fields that say what was answered. */
  public static void put(ObjectNode reply, String provider, Answer answer) {
    reply
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

  /**
   * The end of a request without a result.
   *
   * @param sent whether the provider may have got the request
   */
  public static ObjectNode error(long id, Failure failure, boolean sent) {
    ObjectNode reply = of(id, "error");
    put(reply, failure, sent);
    return reply;
  }

  /** Adds the fields that say what went wrong. */
  public static void put(ObjectNode reply, Failure failure, boolean sent) {
    reply
        .put("code", failure.code().name())
        .put("message", failure.message())
        .put("retryable", failure.retryable());
    failure.retryAfterMs().ifPresent(delay -> reply.put("retry_after_ms", delay));
    reply.put("sent", sent);
  }

  /**
   * How the service is.
   *
   * @param running requests under way now
   * @param answered requests that had a result since the start
   * @param failed requests that had an error since the start
   */
  public record Counts(int running, long answered, long failed) {}

  public static ObjectNode status(long id, Choice choice, Counts counts) {
    return put(of(id, "status"), choice)
        .put("running", counts.running())
        .put("answered", counts.answered())
        .put("failed", counts.failed());
  }

  private static ObjectNode of(long id, String type) {
    return Json.object().put("id", id).put("type", type);
  }
}
