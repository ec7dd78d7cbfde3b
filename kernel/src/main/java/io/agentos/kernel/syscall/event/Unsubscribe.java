// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.event;

import io.agentos.kernel.event.EventBus;
import io.agentos.kernel.event.Subscriber;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes back a SUBSCRIBE, or all of them. */
public final class Unsubscribe
    implements Syscall.Inline<Unsubscribe.Request, Unsubscribe.Response> {
  private final EventBus events;

  public Unsubscribe(EventBus events) {
    this.events = events;
  }

  /** {@code eventTypes} as they were given to SUBSCRIBE; absent: all. */
  public record Request(@Nullable List<String> eventTypes) {}

  /** All that the caller still hears of, sorted. */
  public record Response(List<String> subscribed) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    List<String> some =
        request.eventTypes() == null
            ? events.find(caller.id()).map(Subscriber::patterns).orElse(List.of())
            : Patterns.require(request.eventTypes());
    return new Response(events.unsubscribe(caller.id(), some));
  }
}
