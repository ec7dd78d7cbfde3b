// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

/** The error codes of the wire protocol that a request for an answer can end with. */
public enum ErrorCode {
  INVALID_REQUEST,
  PERMISSION_DENIED,
  NOT_FOUND,
  RESOURCE_EXHAUSTED,
  TIMEOUT,
  CANCELLED,
  UNAVAILABLE,
  UNSUPPORTED,
  INTERNAL
}
