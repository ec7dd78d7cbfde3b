// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.kernel;

import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;

/**
 * Ends the connection after its answer; the agent's process lives on. The session closes, as only
 * it can.
 */
public final class Exit implements Syscall.Inline<Exit.Request, Exit.Response> {
  /** No fields. */
  public record Request() {}

  /** No fields. */
  public record Response() {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) {
    return new Response();
  }
}
