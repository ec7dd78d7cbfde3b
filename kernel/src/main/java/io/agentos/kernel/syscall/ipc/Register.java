// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.ipc;

import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Names;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/** Gives the caller's mailbox a name by which others can write to it. */
public final class Register implements Syscall.Inline<Register.Request, Register.Response> {
  private final Postboxes boxes;

  public Register(Postboxes boxes) {
    this.boxes = boxes;
  }

  /** The new name. */
  public record Request(@Nullable String name) {}

  /** Confirms id and name. */
  public record Response(int agentId, String name) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    String name = Names.checkFor(caller, request.name());
    Postboxes.Box box =
        boxes
            .find(caller.id())
            .orElseThrow(() -> SyscallException.notFound("this caller has no mailbox"));
    boxes.register(box, name);
    return new Response(caller.id().value(), name);
  }
}
