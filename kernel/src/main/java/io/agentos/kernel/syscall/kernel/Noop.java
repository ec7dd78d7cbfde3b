// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.kernel;

import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;

/**
 * Echo. Its payload is opaque, so the session answers it before any decoding; this line keeps it in
 * the table.
 */
public final class Noop implements Syscall.Inline<Noop.Request, Noop.Request> {
  /** Never decoded. */
  public record Request() {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Request handle(Caller caller, Request request) throws SyscallException {
    throw new SyscallException(ErrorCode.INTERNAL, "NOOP is answered by the session");
  }
}
