// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.base.EventSink;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is told of the LLM to those who asked to hear of it. */
final class News {
  private final EventSink events;

  News(EventSink events) {
    this.events = events;
  }

  /** A request is not answered: because of a quota or budget, or because there is no room. */
  void refused(Request request, SyscallException why) {
    if (why.code() == ErrorCode.QUOTA_EXCEEDED) {
      tell(request, "llm.quota", why.sentence());
    } else if (why.code() == ErrorCode.RESOURCE_EXHAUSTED) {
      tell(request, "llm.throttled", why.sentence());
    }
  }

  /** A request has to wait although it is its turn; told once of each. */
  void held(Request request, String why) {
    if (!request.heldIsTold) {
      request.heldIsTold = true;
      tell(request, "llm.throttled", why);
    }
  }

  /** A model gets nothing for a while. */
  void failing(Lane lane, long now) {
    events.happened(
        "llm.failing",
        Optional.empty(),
        () ->
            Map.of(
                "model", lane.model.toString(),
                "rest_ms", lane.breaker.waitMillis(now),
                "reason", lane.breaker.lastFailure()));
  }

  /** A model that failed has answered again. */
  void recovered(Lane lane) {
    events.happened(
        "llm.recovered", Optional.empty(), () -> Map.of("model", lane.model.toString()));
  }

  private void tell(Request request, String type, String why) {
    Share share = request.share;
    events.happened(
        type,
        share.parent == null ? Optional.empty() : Optional.of(share.id),
        () -> {
          Map<String, Object> data = new LinkedHashMap<>();
          data.put("name", share.name);
          data.put("request", request.story.number());
          if (request.lane != null) {
            data.put("model", request.lane.model.toString());
          }
          data.put("reason", why);
          return data;
        });
  }
}
