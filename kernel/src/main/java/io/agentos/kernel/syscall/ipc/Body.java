// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.ipc;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.ipc.Mailbox;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/**
 * The message of SEND and BROADCAST, as it is kept: encoded, and small enough to be received again.
 */
final class Body {
  private Body() {}

  static byte[] of(@Nullable JsonNode message, int maxPayload) throws SyscallException {
    if (message == null) {
      throw SyscallException.invalid("the field message is missing; it can be any JSON value");
    }
    byte[] body = Json.encode(message);
    int most = maxPayload - 2 * Mailbox.ENVELOPE_BYTES;
    if (body.length > most) {
      throw new SyscallException(
          ErrorCode.TOO_LARGE,
          "a message of " + body.length + " bytes could not be received; at most " + most + " fit");
    }
    return body;
  }
}
