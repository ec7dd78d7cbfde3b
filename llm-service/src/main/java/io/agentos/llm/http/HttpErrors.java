// SPDX-License-Identifier: MIT
package io.agentos.llm.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.net.ssl.SSLException;

/** Says in the words of the contract what went wrong between here and a provider. */
public final class HttpErrors {
  private static final String BAD_KEY = "API_KEY_INVALID";

  /** Limits that waiting does not lift. */
  private static final Set<String> SPENT = Set.of("insufficient_quota", "billing_error");

  /** The status that an error inside a stream would have had before it. */
  private static final Map<String, Integer> STATUS_OF_TYPE =
      Map.of(
          "invalid_request_error", 400,
          "authentication_error", 401,
          "billing_error", 402,
          "permission_error", 403,
          "not_found_error", 404,
          "request_too_large", 413,
          "rate_limit_error", 429,
          "rate_limit_exceeded", 429,
          "insufficient_quota", 429,
          "overloaded_error", 529);

  private static final int UNKNOWN_STATUS = 500;

  private final String name;
  private final Redactor redactor;

  /**
   * Errors of a server that may quote the key it was sent.
   *
   * @param name what the provider is called
   * @param redactor is asked before a quotation is cut, which could leave half of a key
   */
  public HttpErrors(String name, Redactor redactor) {
    this.name = name;
    this.redactor = redactor;
  }

  /** Empty when the exception is none that talking to a server explains. */
  public Optional<Failure> failure(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof FailureException ended) {
        return Optional.of(ended.failure());
      }
      if (cause instanceof RefusedException refused) {
        return Optional.of(refused(refused));
      }
      if (cause instanceof JsonProcessingException) {
        return Optional.of(notJson());
      }
      if (cause instanceof IOException broken) {
        return Optional.of(broken(broken));
      }
    }
    return Optional.empty();
  }

  /** The answer is something else than the provider's format says. */
  public Failure notJson() {
    return unavailable("'s answer is not the JSON it should be");
  }

  /** The answer is as it should be, but there is nothing in it, or not all of it. */
  public FailureException unusable(String predicate) {
    return new FailureException(unavailable(predicate));
  }

  /** The provider has nothing that the field could be said with. */
  public FailureException unsupported(String field) {
    return new FailureException(
        Failure.lasting(ErrorCode.UNSUPPORTED, name + " can't be asked with " + field));
  }

  private Failure unavailable(String predicate) {
    return Failure.passing(ErrorCode.UNAVAILABLE, name + predicate);
  }

  private Failure broken(IOException cause) {
    if (cause instanceof BoundedSource.TooLongException) {
      return Failure.lasting(ErrorCode.UNAVAILABLE, name + ": " + cause.getMessage());
    }
    if (cause instanceof CharacterCodingException) {
      return unavailable("'s answer is not UTF-8");
    }
    if (cause instanceof UnknownHostException || cause instanceof ConnectException) {
      return unavailable(" cannot be reached");
    }
    if (cause instanceof SSLException) {
      return unavailable(" cannot be reached safely: TLS failed");
    }
    if (cause instanceof SocketTimeoutException) {
      return unavailable(" does not take connections or requests");
    }
    if (cause instanceof InterruptedIOException) {
      return Failure.passing(ErrorCode.TIMEOUT, name + " did not answer in time");
    }
    return Failure.passing(ErrorCode.UNAVAILABLE, "the connection to " + name + " was cut");
  }

  /** An error that came inside a stream, after a status that promised success. */
  public Failure inStream(JsonNode event) {
    JsonNode error = event.path("error");
    int status = error.path("code").asInt();
    if (status < 400 || status > 599) {
      String type = error.path("code").asText();
      String other = error.path("type").asText();
      status =
          STATUS_OF_TYPE.getOrDefault(type, STATUS_OF_TYPE.getOrDefault(other, UNKNOWN_STATUS));
    }
    return refused(new RefusedException(status, event.toString(), OptionalLong.empty()));
  }

  private Failure refused(RefusedException refused) {
    JsonNode body = parse(refused.body());
    JsonNode error = body.path("error");
    String message = quote(text(error, body));
    OptionalLong retryAfterMs = OptionalLong.empty();
    for (JsonNode detail : error.path("details")) {
      if (detail.path("reason").asText().equals(BAD_KEY)) {
        // Gemini calls a wrong key a bad request.
        return Failure.lasting(ErrorCode.PERMISSION_DENIED, name + " refused the key" + message);
      }
      if (detail.path("@type").asText().endsWith("google.rpc.RetryInfo")) {
        String delay = detail.path("retryDelay").asText();
        retryAfterMs =
            RetryDelay.seconds(delay.endsWith("s") ? delay.substring(0, delay.length() - 1) : "");
      }
    }
    if (SPENT.contains(error.path("code").asText())
        || SPENT.contains(error.path("type").asText())) {
      return spent(message);
    }
    return status(
        refused.status(),
        message,
        retryAfterMs.isPresent() ? retryAfterMs : refused.retryAfterMs());
  }

  /** The sentence of an error; servers have it in one of three places. */
  private static String text(JsonNode error, JsonNode body) {
    if (error.isTextual()) {
      return error.textValue();
    }
    return error.isObject() ? error.path("message").asText() : body.path("message").asText();
  }

  private Failure spent(String message) {
    return Failure.lasting(
        ErrorCode.RESOURCE_EXHAUSTED, "the credit at " + name + " is used up" + message);
  }

  /** What a status means. */
  Failure status(int status, String message, OptionalLong retryAfterMs) {
    return switch (status) {
      case 401, 403 ->
          Failure.lasting(ErrorCode.PERMISSION_DENIED, name + " denied access" + message);
      case 402 -> spent(message);
      case 404 -> Failure.lasting(ErrorCode.NOT_FOUND, name + " knows no such model" + message);
      case 429 ->
          new Failure(
              ErrorCode.RESOURCE_EXHAUSTED,
              name + "'s quota is used up" + message,
              /* retryable= */ true,
              retryAfterMs);
      default -> other(status, message, retryAfterMs);
    };
  }

  /** What a status that an SDK reported means. */
  public Failure reported(int status, String message) {
    return status(status, quote(message), OptionalLong.empty());
  }

  private Failure other(int status, String message, OptionalLong retryAfterMs) {
    if (status >= 400 && status < 500) {
      return Failure.lasting(
          ErrorCode.INVALID_REQUEST, name + " refused the request (" + status + ")" + message);
    }
    return new Failure(
        ErrorCode.UNAVAILABLE,
        name + " answered with status " + status + message,
        /* retryable= */ status >= 500,
        retryAfterMs);
  }

  private static JsonNode parse(String body) {
    try {
      return Json.mapper().readTree(body);
    } catch (JsonProcessingException e) {
      // A proxy's page, say. The status tells enough.
      return Json.object();
    }
  }

  /** The provider's own words, as the end of a sentence. */
  private String quote(String message) {
    String line = redactor.redact(message).strip().replaceAll("\\s+", " ");
    if (line.isEmpty()) {
      return "";
    }
    return ": " + line.substring(0, Math.min(line.length(), Limits.QUOTED_CHARS_MAX));
  }
}
