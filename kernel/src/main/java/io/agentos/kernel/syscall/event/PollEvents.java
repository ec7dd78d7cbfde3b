// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.base.ProtocolConfig;
import io.agentos.kernel.event.Event;
import io.agentos.kernel.event.EventBus;
import io.agentos.kernel.event.Subscriber;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Patience;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes what has happened out of the caller's queue, oldest first; waits for it if asked to. */
public final class PollEvents implements Syscall.Deferred<PollEvents.Request, PollEvents.Response> {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final EventBus events;
  private final int maxPayload;

  public PollEvents(EventBus events, ProtocolConfig config) {
    this.events = events;
    this.maxPayload = config.maxPayload();
  }

  /** {@code wait} on the wire as RECV has it. */
  public record Request(@Nullable Integer max, @JsonProperty("wait") @Nullable JsonNode patience) {}

  /**
   * One event.
   *
   * @param sourceAgentId whom it concerns, or who emitted it; 0 for the kernel as a whole
   */
  public record Happened(String type, JsonNode data, int sourceAgentId, long ageMs) {}

  /**
   * What has happened; empty when the wait ended without anything.
   *
   * @param dropped how many more were lost since the last time, because the queue was full
   */
  public record Response(List<Happened> events, int count, long dropped) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<Response> reply)
      throws SyscallException {
    int most = request.max() == null ? Limits.EVENTS_POLLED_DEFAULT : request.max();
    if (most < 1 || most > Limits.EVENTS) {
      throw SyscallException.invalid("max must be 1 to " + Limits.EVENTS + ", was " + most);
    }
    Duration wait = Patience.of(request.patience());
    Subscriber queue =
        events
            .find(caller.id())
            .orElseThrow(
                () -> SyscallException.invalid("nothing is subscribed to; call SUBSCRIBE first"));
    if (wait.isZero() || !queue.isEmpty()) {
      reply.succeed(take(queue, most));
      return;
    }
    Subscriber.Waiter waiter = () -> reply.succeed(take(queue, most));
    queue.await(waiter);
    reply.onAbandon(() -> queue.forget(waiter));
    reply.onTimeout(
        wait,
        () -> {
          queue.forget(waiter);
          reply.succeed(take(queue, most));
        });
  }

  private Response take(Subscriber queue, int most) {
    long now = System.nanoTime();
    List<Happened> taken = new ArrayList<>();
    for (Event event : queue.take(most, maxPayload)) {
      taken.add(
          new Happened(
              event.type(),
              Json.parse(event.data()),
              event.about().map(AgentId::value).orElse(0),
              (now - event.nanos()) / NANOS_PER_MILLI));
    }
    return new Response(taken, taken.size(), queue.takeDropped());
  }
}
