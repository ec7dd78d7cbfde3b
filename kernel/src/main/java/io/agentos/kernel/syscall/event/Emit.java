// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.event.EventBus;
import io.agentos.kernel.event.EventTypes;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import org.jspecify.annotations.Nullable;

/** Tells everyone who subscribed to it of an event of the caller's own. */
public final class Emit implements Syscall.Inline<Emit.Request, Emit.Response> {
  private final EventBus events;

  public Emit(EventBus events) {
    this.events = events;
  }

  /** {@code data}: any JSON; absent is null. */
  public record Request(
      @JsonProperty("event_type") @Nullable String eventType, @Nullable JsonNode data) {}

  /** {@code deliveredCount}: how many will find it in their queue. */
  public record Response(int deliveredCount) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    if (request.eventType() == null) {
      throw SyscallException.invalid("event_type is missing, such as build.done");
    }
    EventTypes.requireOwn(request.eventType());
    byte[] data = Json.encode(request.data() == null ? NullNode.getInstance() : request.data());
    if (data.length > Limits.EVENT_DATA_BYTES) {
      throw new SyscallException(
          ErrorCode.TOO_LARGE,
          "data of "
              + data.length
              + " bytes is too much for an event; at most "
              + Limits.EVENT_DATA_BYTES
              + " fit");
    }
    return new Response(events.emit(caller.id(), request.eventType(), data));
  }
}
