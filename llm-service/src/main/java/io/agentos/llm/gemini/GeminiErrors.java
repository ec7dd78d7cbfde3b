// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import com.google.genai.errors.ApiException;
import io.agentos.llm.http.HttpErrors;
import io.agentos.llm.wire.Failure;
import java.util.Optional;

/** Adds to the errors of HTTP those that the SDK makes of what it was sent. */
final class GeminiErrors {
  private final HttpErrors http;

  GeminiErrors(HttpErrors http) {
    this.http = http;
  }

  /** Empty when the exception is none that talking to a server explains. */
  Optional<Failure> failure(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ApiException reported) {
        return Optional.of(http.reported(reported.code(), reported.message()));
      }
    }
    Optional<Failure> failure = http.failure(thrown);
    if (failure.isPresent()) {
      return failure;
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (isTheSdksOnOddJson(cause)) {
        return Optional.of(http.notJson());
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
}
