// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.event;

import io.agentos.kernel.event.EventBus;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has the caller hear of events of some types, from now on; POLL_EVENTS gives them to it. */
public final class Subscribe implements Syscall.Inline<Subscribe.Request, Subscribe.Response> {
  private final EventBus events;

  public Subscribe(EventBus events) {
    this.events = events;
  }

  /** {@code eventTypes}: types, beginnings such as {@code agent.*}, or {@code *}. */
  public record Request(@Nullable List<String> eventTypes) {}

  /** All that the caller hears of now, sorted. */
  public record Response(List<String> subscribed) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    return new Response(
        events.subscribe(caller.id(), Patterns.require(request.eventTypes())).patterns());
  }
}
