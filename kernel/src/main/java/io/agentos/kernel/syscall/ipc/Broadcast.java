// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.ipc;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.ProtocolConfig;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Leaves a message with every named receiver: all agents, and operators that registered. */
public final class Broadcast implements Syscall.Inline<Broadcast.Request, Broadcast.Response> {
  private final Postboxes boxes;
  private final int maxPayload;

  public Broadcast(Postboxes boxes, ProtocolConfig config) {
    this.boxes = boxes;
    this.maxPayload = config.maxPayload();
  }

  /** {@code includeSelf} defaults to false. */
  public record Request(@Nullable JsonNode message, @Nullable Boolean includeSelf) {}

  /** {@code refusedCount}: receivers whose mailbox is full. */
  public record Response(int deliveredCount, int refusedCount) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    byte[] body = Body.of(request.message(), maxPayload);
    boolean self = Boolean.TRUE.equals(request.includeSelf());
    int delivered = 0;
    int refused = 0;
    for (Postboxes.Box box : List.copyOf(boxes.all())) {
      boolean own = box.id().equals(caller.id());
      if (own ? !self : box.name().isEmpty()) {
        continue;
      }
      try {
        box.mailbox().post(caller.id(), caller.name(), body, "receiver " + box.id());
        delivered++;
      } catch (SyscallException full) {
        if (full.code() != ErrorCode.RESOURCE_EXHAUSTED) {
          throw full;
        }
        refused++;
      }
    }
    return new Response(delivered, refused);
  }
}
