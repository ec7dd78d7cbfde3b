// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.ipc;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.ProtocolConfig;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/** Leaves a message in someone's mailbox; succeeds once it is queued there. */
public final class Send implements Syscall.Inline<Send.Request, Send.Response> {
  private final Postboxes boxes;
  private final int maxPayload;

  public Send(Postboxes boxes, ProtocolConfig config) {
    this.boxes = boxes;
    this.maxPayload = config.maxPayload();
  }

  /** Exactly one of {@code to} and {@code toName}. */
  public record Request(
      @Nullable Integer to, @Nullable String toName, @Nullable JsonNode message) {}

  /** The receiver's id. */
  public record Response(int deliveredTo) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    byte[] body = Body.of(request.message(), maxPayload);
    Postboxes.Box receiver = receiver(request);
    receiver.mailbox().post(caller.id(), caller.name(), body, "receiver " + receiver.id());
    return new Response(receiver.id().value());
  }

  private Postboxes.Box receiver(Request request) throws SyscallException {
    if ((request.to() == null) == (request.toName() == null)) {
      throw SyscallException.invalid("SEND needs exactly one of to (an id) and to_name");
    }
    if (request.toName() != null) {
      return boxes
          .find(request.toName())
          .orElseThrow(
              () -> SyscallException.notFound("nobody has the name \"" + request.toName() + "\""));
    }
    int id = request.to() == null ? 0 : request.to();
    return (id <= 0 ? java.util.Optional.<Postboxes.Box>empty() : boxes.find(new AgentId(id)))
        .orElseThrow(() -> SyscallException.notFound("there is no agent " + id + " to write to"));
  }
}
