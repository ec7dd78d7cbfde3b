// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import java.io.IOException;
import java.util.Optional;

/** An HTTP answer that is no success, with what is needed to say why. */
final class RefusedException extends IOException {
  private final int status;
  private final String body;
  private final Optional<String> retryAfter;

  RefusedException(int status, String body, Optional<String> retryAfter) {
    super("HTTP status " + status);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }

  int status() {
    return status;
  }

  String body() {
    return body;
  }

  /** The Retry-After header. */
  Optional<String> retryAfter() {
    return retryAfter;
  }
}
