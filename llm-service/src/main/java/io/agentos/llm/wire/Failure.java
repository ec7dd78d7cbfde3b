// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.util.OptionalLong;

/**
 * Why a request has no result.
 *
 * @param message one sentence for a person
 * @param retryable whether the same request may succeed later
 * @param retryAfterMs when to try again, where the provider said so
 */
public record Failure(
    ErrorCode code, String message, boolean retryable, OptionalLong retryAfterMs) {

  /** A refusal that repeating does not change. */
  public static Failure lasting(ErrorCode code, String message) {
    return new Failure(code, message, false, OptionalLong.empty());
  }

  /** A refusal that may be over later. */
  public static Failure passing(ErrorCode code, String message) {
    return new Failure(code, message, true, OptionalLong.empty());
  }
}
