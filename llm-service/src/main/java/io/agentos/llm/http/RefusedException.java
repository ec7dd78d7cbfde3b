// SPDX-License-Identifier: MIT
package io.agentos.llm.http;

import java.io.IOException;
import java.util.OptionalLong;

/** An answer that is no success, with what is needed to say why. */
final class RefusedException extends IOException {
  private final int status;
  private final String body;
  private final OptionalLong retryAfterMs;

  RefusedException(int status, String body, OptionalLong retryAfterMs) {
    super("HTTP status " + status);
    this.status = status;
    this.body = body;
    this.retryAfterMs = retryAfterMs;
  }

  int status() {
    return status;
  }

  String body() {
    return body;
  }

  /** When to try again, if a header said so. */
  OptionalLong retryAfterMs() {
    return retryAfterMs;
  }
}
