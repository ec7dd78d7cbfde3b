// SPDX-License-Identifier: MIT
package io.agentos.kernel.wire;

/** Why a request was refused; the names are wire contract. */
public enum ErrorCode {
  /** The frame itself is broken; the connection is closed after the answer. */
  INVALID_FRAME,
  /**
   * The payload is no valid JSON object, or a field is missing, of the wrong type or out of range.
   */
  INVALID_REQUEST,
  UNKNOWN_SYSCALL,
  PERMISSION_DENIED,
  NOT_FOUND,
  ALREADY_EXISTS,
  /** A bound of the kernel was reached; the same request may succeed later. */
  RESOURCE_EXHAUSTED,
  /** The agent's own allowance is used up. */
  QUOTA_EXCEEDED,
  TOO_LARGE,
  TIMEOUT,
  CANCELLED,
  /** A part that is needed (LLM service, provider) is not there now. */
  UNAVAILABLE,
  /** This host or kernel can't do that. */
  UNSUPPORTED,
  /** A bug of the kernel; the log says more. */
  INTERNAL
}
