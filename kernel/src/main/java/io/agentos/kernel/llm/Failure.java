// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Why an attempt had no answer.
 *
 * @param retryable whether the same request may succeed later
 * @param sent whether the provider may have worked on it, and want to be paid
 */
record Failure(
    ErrorCode code,
    String sentence,
    boolean retryable,
    OptionalLong retryAfterMillis,
    boolean sent) {
  private static final String DIED =
      "the LLM service ended while it worked on this; it may have been paid for";

  /** The service died under it: asked again once, which does not count as one of the retries. */
  static Failure ofDeath(boolean again) {
    return new Failure(ErrorCode.UNAVAILABLE, DIED, again, OptionalLong.of(0), /* sent= */ true);
  }

  boolean isDeath() {
    return sentence.equals(DIED);
  }

  /** Reads an error of the service. */
  static Failure of(JsonNode answer) {
    JsonNode retryAfter = answer.path("retry_after_ms");
    return new Failure(
        code(answer.path("code").asText()),
        answer.path("message").asText("the LLM provider failed"),
        answer.path("retryable").asBoolean(),
        retryAfter.isIntegralNumber()
            ? OptionalLong.of(Math.max(0, retryAfter.longValue()))
            : OptionalLong.empty(),
        answer.path("sent").asBoolean(true));
  }

  private static ErrorCode code(String name) {
    try {
      return ErrorCode.valueOf(name);
    } catch (IllegalArgumentException e) {
      return ErrorCode.UNAVAILABLE;
    }
  }

  /** Whether it says something about the model's state rather than about the request. */
  boolean blamesModel() {
    return code == ErrorCode.UNAVAILABLE || code == ErrorCode.TIMEOUT || code == ErrorCode.INTERNAL;
  }

  /** Whether another model may do better. */
  boolean mayGoElsewhere() {
    return code != ErrorCode.INVALID_REQUEST && code != ErrorCode.CANCELLED;
  }

  /** Whether the provider was probably at work when it ended, so that nobody counted. */
  boolean leavesCostOpen() {
    return sent && (code == ErrorCode.CANCELLED || code == ErrorCode.TIMEOUT);
  }

  SyscallException refusal(int attempts) {
    Map<String, Object> details = new HashMap<>();
    details.put("retryable", retryable);
    details.put("attempts", attempts);
    retryAfterMillis.ifPresent(millis -> details.put("retry_after_ms", millis));
    return new SyscallException(code, sentence, details);
  }
}
