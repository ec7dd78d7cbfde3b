// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.ipc;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.base.ProtocolConfig;
import io.agentos.kernel.ipc.Mailbox;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Patience;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages out of the caller's own mailbox, all or those of one sender, oldest first; waits
 * for one if asked to.
 */
public final class Receive implements Syscall.Deferred<Receive.Request, Receive.Response> {
  private static final int DEFAULT_MOST = 10;

  private final Postboxes boxes;
  private final int maxPayload;

  public Receive(Postboxes boxes, ProtocolConfig config) {
    this.boxes = boxes;
    this.maxPayload = config.maxPayload();
  }

  /**
   * {@code wait} on the wire: true (as long as it takes) or seconds; absent, false or 0: answer at
   * once. {@code from}: the id or the name of the only sender whose messages are taken.
   */
  public record Request(
      @Nullable Integer max,
      @JsonProperty("wait") @Nullable JsonNode patience,
      @Nullable JsonNode from) {}

  /** A message; {@code ageMs} since it was sent. */
  public record Message(int from, String fromName, JsonNode message, long ageMs) {}

  /** Empty when the wait ended without one. */
  public record Response(List<Message> messages, int count) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<Response> reply)
      throws SyscallException {
    int most = request.max() == null ? DEFAULT_MOST : request.max();
    if (most < 1 || most > Limits.MAILBOX_MESSAGES) {
      throw SyscallException.invalid(
          "max must be 1 to " + Limits.MAILBOX_MESSAGES + ", was " + most);
    }
    Duration wait = Patience.of(request.patience());
    Predicate<Mailbox.Message> wanted = sentBy(request.from());
    Mailbox mailbox =
        boxes
            .find(caller.id())
            .orElseThrow(() -> SyscallException.notFound("this caller has no mailbox"))
            .mailbox();
    if (wait.isZero() || mailbox.has(wanted)) {
      reply.succeed(take(mailbox, wanted, most));
      return;
    }
    Mailbox.Waiter waiter = () -> reply.succeed(take(mailbox, wanted, most));
    mailbox.await(wanted, waiter);
    reply.onAbandon(() -> mailbox.forget(waiter));
    reply.onTimeout(
        wait,
        () -> {
          mailbox.forget(waiter);
          reply.succeed(take(mailbox, wanted, most));
        });
  }

  private static Predicate<Mailbox.Message> sentBy(@Nullable JsonNode from)
      throws SyscallException {
    if (from == null || from.isNull()) {
      return message -> true;
    }
    if (from.isTextual() && !from.textValue().isEmpty()) {
      String name = from.textValue();
      return message -> message.fromName().equals(name);
    }
    if (from.isIntegralNumber() && from.canConvertToInt() && from.intValue() > 0) {
      int id = from.intValue();
      return message -> message.from().value() == id;
    }
    throw SyscallException.invalid("from must be the id or the name of a sender, was " + from);
  }

  private Response take(Mailbox mailbox, Predicate<Mailbox.Message> wanted, int most) {
    long now = System.nanoTime();
    List<Message> messages =
        mailbox.take(wanted, most, maxPayload).stream()
            .map(
                m ->
                    new Message(
                        m.from().value(),
                        m.fromName(),
                        Json.parse(m.body()),
                        (now - m.sentNanos()) / 1_000_000))
            .toList();
    return new Response(messages, messages.size());
  }
}
