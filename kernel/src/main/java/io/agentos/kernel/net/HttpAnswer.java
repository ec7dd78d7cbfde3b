// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.Map;

/**
 * An answer: header names in lower case, of repeated ones the values joined by comma; the head of
 * the body.
 */
public record HttpAnswer(int status, Map<String, String> headers, byte[] body, boolean truncated) {
  /** The same without secrets, which can only be found in what is not encoded. */
  HttpAnswer redacted(Redaction redaction) throws SyscallException {
    if (redaction.isEmpty()) {
      return this;
    }
    if (!headers.getOrDefault("content-encoding", "identity").equalsIgnoreCase("identity")) {
      throw new SyscallException(
          ErrorCode.UNAVAILABLE,
          "the server encoded its answer though asked not to; with a secret attached it must be readable");
    }
    return new HttpAnswer(status, redaction.apply(headers), redaction.apply(body), truncated);
  }
}
