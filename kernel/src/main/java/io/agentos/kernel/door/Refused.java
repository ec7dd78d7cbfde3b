// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.http.Refusal;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a request is not answered, as OpenAI's clients understand it. */
final class Refused extends Exception {
  private static final String INVALID = "invalid_request_error";
  private static final String SHOULD_RETRY = "x-should-retry";
  private static final int MILLIS = 1000;

  private final transient HttpResponseStatus status;
  private final String type;
  private final @Nullable String parameter;
  private final @Nullable String code;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  private Refused(
      HttpResponseStatus status,
      String type,
      @Nullable String parameter,
      @Nullable String code,
      String sentence) {
    super(sentence, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
    this.status = status;
    this.type = type;
    this.parameter = parameter;
    this.code = code;
  }

  /** Something of HTTP is wrong. */
  static Refused http(HttpResponseStatus status, String sentence) {
    String type = status.code() < 500 ? INVALID : "server_error";
    return new Refused(status, type, /* parameter= */ null, /* code= */ null, sentence);
  }

  static Refused of(Refusal refusal) {
    return http(refusal.status(), refusal.sentence());
  }

  /** A parameter, by its path, is wrong or can't be honoured. */
  static Refused parameter(String parameter, String sentence) {
    return new Refused(
        HttpResponseStatus.BAD_REQUEST, INVALID, parameter, /* code= */ null, sentence);
  }

  static Refused unknownKey() {
    return new Refused(
        HttpResponseStatus.UNAUTHORIZED,
        INVALID,
        /* parameter= */ null,
        "invalid_api_key",
        "the API key must be the token in the file door.token of the kernel's run-time folder");
  }

  static Refused noModel(String id) {
    return new Refused(
        HttpResponseStatus.NOT_FOUND,
        INVALID,
        "model",
        "model_not_found",
        "there is no model \"" + id + "\" here; GET /v1/models lists those that are known");
  }

  /** What a system call was answered. */
  static Refused of(JsonNode answer) {
    ErrorCode failed = ErrorCode.valueOf(answer.path("code").asText(ErrorCode.INTERNAL.name()));
    String sentence = answer.path("error").asText();
    Refused refused =
        switch (failed) {
          case INVALID_REQUEST, INVALID_FRAME ->
              new Refused(HttpResponseStatus.BAD_REQUEST, INVALID, null, null, sentence);
          case PERMISSION_DENIED ->
              new Refused(
                  HttpResponseStatus.FORBIDDEN,
                  "permission_error",
                  null,
                  "permission_denied",
                  sentence);
          case NOT_FOUND ->
              new Refused(
                  HttpResponseStatus.NOT_FOUND, INVALID, "model", "model_not_found", sentence);
          case QUOTA_EXCEEDED ->
              new Refused(
                  HttpResponseStatus.TOO_MANY_REQUESTS,
                  "insufficient_quota",
                  null,
                  "insufficient_quota",
                  sentence);
          case RESOURCE_EXHAUSTED ->
              new Refused(
                  HttpResponseStatus.TOO_MANY_REQUESTS,
                  "rate_limit_error",
                  null,
                  "rate_limit_exceeded",
                  sentence);
          case UNSUPPORTED ->
              new Refused(
                  HttpResponseStatus.BAD_REQUEST, INVALID, null, "unsupported_parameter", sentence);
          case TIMEOUT -> server(HttpResponseStatus.GATEWAY_TIMEOUT, "timeout", sentence);
          case UNAVAILABLE, CANCELLED ->
              server(HttpResponseStatus.SERVICE_UNAVAILABLE, "unavailable", sentence);
          default ->
              server(
                  HttpResponseStatus.INTERNAL_SERVER_ERROR,
                  failed.name().toLowerCase(java.util.Locale.ROOT),
                  sentence);
        };
    return refused.hinted(failed, answer);
  }

  private static Refused server(HttpResponseStatus status, String code, String sentence) {
    return new Refused(status, "server_error", /* parameter= */ null, code, sentence);
  }

  /** The kernel has tried again where that made sense: clients need not by default. */
  private Refused hinted(ErrorCode failed, JsonNode answer) {
    boolean again = failed == ErrorCode.RESOURCE_EXHAUSTED || failed == ErrorCode.UNAVAILABLE;
    if (!again || !answer.path("retryable").asBoolean(true)) {
      headers.put(SHOULD_RETRY, "false");
    } else if (answer.has("retry_after_ms")) {
      long millis = answer.get("retry_after_ms").asLong();
      headers.put("retry-after-ms", String.valueOf(millis));
      headers.put("Retry-After", String.valueOf((millis + MILLIS - 1) / MILLIS));
    } else if (failed == ErrorCode.RESOURCE_EXHAUSTED) {
      headers.put("Retry-After", "1");
    }
    return this;
  }

  Refused with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  HttpResponseStatus status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  ObjectNode body() {
    ObjectNode body = Json.object();
    body.putObject("error")
        .put("message", String.valueOf(getMessage()))
        .put("type", type)
        .put("param", parameter)
        .put("code", code);
    return body;
  }
}
