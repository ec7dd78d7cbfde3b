// SPDX-License-Identifier: MIT
package io.agentos.kernel.wire;

import java.util.Map;

/**
 * A refusal: the code for programs, one sentence for people, and fields that go beside them into
 * the answer.
 */
public final class SyscallException extends Exception {
  private final ErrorCode code;
  private final transient Map<String, Object> details;

  public SyscallException(ErrorCode code, String sentence) {
    this(code, sentence, Map.of());
  }

  public SyscallException(ErrorCode code, String sentence, Map<String, Object> details) {
    // A refusal is a value, thrown often and never printed with its stack.
    super(sentence, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
    this.code = code;
    this.details = details;
  }

  public ErrorCode code() {
    return code;
  }

  public Map<String, Object> details() {
    return details;
  }

  /** The sentence; never null, unlike {@link #getMessage()}. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  public static SyscallException invalid(String sentence) {
    return new SyscallException(ErrorCode.INVALID_REQUEST, sentence);
  }

  public static SyscallException denied(String sentence) {
    return new SyscallException(ErrorCode.PERMISSION_DENIED, sentence);
  }

  public static SyscallException notFound(String sentence) {
    return new SyscallException(ErrorCode.NOT_FOUND, sentence);
  }
}
