// SPDX-License-Identifier: MIT
package io.agentos.kernel.ipc;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One bounded queue of messages; survives restarts of its owner. Those who wait are served in the
 * order they came. Messages are kept as the bytes they came in: as trees they would take many times
 * that.
 */
@ReactorConfined
public final class Mailbox {
  /** What a message takes in an answer besides itself. */
  public static final int ENVELOPE_BYTES = 256;

  /** A message as its receiver sees it; the sender is stated by the kernel, the body is JSON. */
  public record Message(AgentId from, String fromName, byte[] body, long sentNanos) {
    int cost() {
      return body.length + ENVELOPE_BYTES;
    }
  }

  /** Someone who waits for a message; told once, and asks for the messages itself. */
  public interface Waiter {
    void arrived();
  }

  private record Waiting(Predicate<Message> wanted, Waiter waiter) {}

  /** Bytes in all mailboxes of one kernel, and of each sender. */
  static final class Total {
    private final Map<AgentId, Integer> bySender = new HashMap<>();
    private long bytes;

    private int of(AgentId sender) {
      return bySender.getOrDefault(sender, 0);
    }

    private void count(AgentId sender, int change) {
      bytes += change;
      bySender.merge(sender, change, (a, b) -> a + b == 0 ? null : a + b);
    }
  }

  private final Total total;
  private final Deque<Message> messages = new ArrayDeque<>();
  private final Deque<Waiting> waiters = new ArrayDeque<>();
  private int bytes;

  Mailbox(Total total) {
    this.total = total;
  }

  /**
   * Adds a message or fails: the sender is told, so the sender decides.
   *
   * @param body valid JSON
   * @param owner the receiver's name, for the error
   */
  public void post(AgentId from, String fromName, byte[] body, String owner)
      throws SyscallException {
    Message message = new Message(from, fromName, body, System.nanoTime());
    if (messages.size() >= Limits.MAILBOX_MESSAGES
        || bytes + message.cost() > Limits.MAILBOX_BYTES) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          owner
              + " has "
              + messages.size()
              + " unread messages ("
              + bytes
              + " bytes) and takes no more until it reads some");
    }
    if (total.bytes + message.cost() > Limits.ALL_MAILBOX_BYTES) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "all mailboxes together are full; try again when messages have been read");
    }
    if (total.of(from) + message.cost() > Limits.SENDER_BYTES) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "messages of this sender that nobody has read yet hold "
              + total.of(from)
              + " bytes, its share of all mailboxes; try again when some have been read");
    }
    messages.add(message);
    count(message, 1);
    tell(message);
  }

  /** Tells the first of those who wait for such a message. */
  private void tell(Message message) {
    Iterator<Waiting> all = waiters.iterator();
    while (all.hasNext()) {
      Waiting waiting = all.next();
      if (waiting.wanted.test(message)) {
        all.remove();
        waiting.waiter.arrived();
        return;
      }
    }
  }

  /**
   * Takes up to {@code most} messages of those that are wanted, oldest first, as long as they fit
   * an answer of that size. The others stay, in their order.
   */
  public List<Message> take(Predicate<Message> wanted, int most, int answerBytes) {
    List<Message> taken = new ArrayList<>();
    int room = answerBytes - ENVELOPE_BYTES;
    Iterator<Message> all = messages.iterator();
    while (taken.size() < most && all.hasNext()) {
      Message message = all.next();
      if (!wanted.test(message)) {
        continue;
      }
      if (message.cost() > room) {
        break;
      }
      all.remove();
      count(message, -1);
      room -= message.cost();
      taken.add(message);
    }
    return taken;
  }

  private void count(Message message, int sign) {
    bytes += sign * message.cost();
    total.count(message.from(), sign * message.cost());
  }

  /** Drops what is unread: its receiver is gone. */
  void clear() {
    messages.forEach(message -> count(message, -1));
    messages.clear();
  }

  /** Has {@code waiter} told of the next message that it wants. */
  public void await(Predicate<Message> wanted, Waiter waiter) {
    waiters.add(new Waiting(wanted, waiter));
  }

  public void forget(Waiter waiter) {
    waiters.removeIf(waiting -> waiting.waiter == waiter);
  }

  /** Whether there is an unread message of that kind. */
  public boolean has(Predicate<Message> wanted) {
    return messages.stream().anyMatch(wanted);
  }

  public int unread() {
    return messages.size();
  }
}
