// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.genai.errors.ApiException;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Says in the words of the contract what went wrong between here and Gemini. */
final class GeminiErrors {
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
  private static final String BAD_KEY = "API_KEY_INVALID";

  private final Redactor redactor;

  /**
   * Errors of a server that may quote the key it was sent.
   *
   * @param redactor is asked before a quotation is cut, which could leave half of a key
   */
  GeminiErrors(Redactor redactor) {
    this.redactor = redactor;
  }

  /** Empty when the exception is none that talking to a server explains. */
  Optional<Failure> failure(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof RefusedException refused) {
        return Optional.of(refused(refused));
      }
      if (cause instanceof ApiException reported) {
        return Optional.of(
            status(reported.code(), quote(reported.message()), OptionalLong.empty()));
      }
      if (cause instanceof JsonProcessingException || isTheSdksOnOddJson(cause)) {
        return passing(ErrorCode.UNAVAILABLE, "gemini's answer is not the JSON it should be");
      }
      if (cause instanceof IOException broken) {
        return broken(broken);
      }
    }
    return Optional.empty();
  }

  /** The SDK casts and converts what it was sent without looking. */
  private static boolean isTheSdksOnOddJson(Throwable cause) {
    return cause instanceof ClassCastException
        || cause instanceof IllegalArgumentException
        || cause instanceof IllegalStateException;
  }

  private static Optional<Failure> broken(IOException cause) {
    if (cause instanceof BoundedSource.TooLongException) {
      return Optional.of(Failure.lasting(ErrorCode.UNAVAILABLE, "gemini: " + cause.getMessage()));
    }
    if (cause instanceof UnknownHostException || cause instanceof ConnectException) {
      return passing(ErrorCode.UNAVAILABLE, "gemini cannot be reached");
    }
    if (cause instanceof SSLException) {
      return passing(ErrorCode.UNAVAILABLE, "gemini cannot be reached safely: TLS failed");
    }
    if (cause instanceof SocketTimeoutException) {
      return passing(ErrorCode.UNAVAILABLE, "gemini does not take connections or requests");
    }
    if (cause instanceof InterruptedIOException) {
      return passing(ErrorCode.TIMEOUT, "gemini did not answer in time");
    }
    return passing(ErrorCode.UNAVAILABLE, "the connection to gemini was cut");
  }

  private static Optional<Failure> passing(ErrorCode code, String message) {
    return Optional.of(Failure.passing(code, message));
  }

  private Failure refused(RefusedException refused) {
    JsonNode error = parse(refused.body()).path("error");
    String message = quote(error.path("message").asText());
    OptionalLong retryAfterMs = OptionalLong.empty();
    for (JsonNode detail : error.path("details")) {
      if (detail.path("reason").asText().equals(BAD_KEY)) {
        // Gemini calls a wrong key a bad request.
        return Failure.lasting(ErrorCode.PERMISSION_DENIED, "gemini refused the key" + message);
      }
      if (detail.path("@type").asText().endsWith("google.rpc.RetryInfo")) {
        String delay = detail.path("retryDelay").asText();
        retryAfterMs =
            milliseconds(delay.endsWith("s") ? delay.substring(0, delay.length() - 1) : "");
      }
    }
    if (retryAfterMs.isEmpty()) {
      retryAfterMs = milliseconds(refused.retryAfter().orElse(""));
    }
    return status(refused.status(), message, retryAfterMs);
  }

  private static Failure status(int status, String message, OptionalLong retryAfterMs) {
    return switch (status) {
      case 401, 403 ->
          Failure.lasting(ErrorCode.PERMISSION_DENIED, "gemini denied access" + message);
      case 404 -> Failure.lasting(ErrorCode.NOT_FOUND, "gemini knows no such model" + message);
      case 429 ->
          new Failure(
              ErrorCode.RESOURCE_EXHAUSTED,
              "gemini's quota is used up" + message,
              /* retryable= */ true,
              retryAfterMs);
      default -> other(status, message, retryAfterMs);
    };
  }

  private static Failure other(int status, String message, OptionalLong retryAfterMs) {
    if (status >= 400 && status < 500) {
      return Failure.lasting(
          ErrorCode.INVALID_REQUEST, "gemini refused the request (" + status + ")" + message);
    }
    return new Failure(
        ErrorCode.UNAVAILABLE,
        "gemini answered with status " + status + message,
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

  /** Gemini's own words, as the end of a sentence. */
  private String quote(String message) {
    String line = redactor.redact(message).strip().replaceAll("\\s+", " ");
    if (line.isEmpty()) {
      return "";
    }
    return ": " + line.substring(0, Math.min(line.length(), Limits.QUOTED_CHARS_MAX));
  }

  /** Seconds as both RetryInfo and Retry-After write them; a date is as good as nothing said. */
  private static OptionalLong milliseconds(String seconds) {
    String number = seconds.strip();
    if (!SECONDS.matcher(number).matches()) {
      return OptionalLong.empty();
    }
    Duration delay = Duration.ofMillis(new BigDecimal(number).movePointRight(3).longValue());
    return OptionalLong.of(Math.min(delay.toMillis(), Limits.RETRY_AFTER_MAX.toMillis()));
  }
}
