// SPDX-License-Identifier: MIT
package io.agentos.kernel.ipc;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One bounded queue of messages; survives restarts of its owner. Those who wait are served in the
 * order they came.
 */
@ReactorConfined
public final class Mailbox {
  /** A message as its receiver sees it; the sender is stated by the kernel. */
  public record Message(AgentId from, String fromName, JsonNode body, int bytes, long sentNanos) {}

  /** Someone who waits for a message; told once, and asks for the messages itself. */
  public interface Waiter {
    void arrived();
  }

  private final Deque<Message> messages = new ArrayDeque<>();
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private int bytes;

  /**
   * Adds a message or fails: the sender is told, so the sender decides.
   *
   * @param owner the receiver's name, for the error
   */
  public void post(AgentId from, String fromName, JsonNode body, String owner)
      throws SyscallException {
    int size = Json.encode(body).length;
    if (messages.size() >= Limits.MAILBOX_MESSAGES || bytes + size > Limits.MAILBOX_BYTES) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          owner
              + " has "
              + messages.size()
              + " unread messages ("
              + bytes
              + " bytes) and takes no more until it reads some");
    }
    messages.add(new Message(from, fromName, body, size, System.nanoTime()));
    bytes += size;
    Waiter first = waiters.poll();
    if (first != null) {
      first.arrived();
    }
  }

  /** Takes up to {@code most} messages, oldest first. */
  public List<Message> take(int most) {
    List<Message> taken = new ArrayList<>();
    while (taken.size() < most && !messages.isEmpty()) {
      Message message = messages.remove();
      bytes -= message.bytes();
      taken.add(message);
    }
    return taken;
  }

  public void await(Waiter waiter) {
    waiters.add(waiter);
  }

  public void forget(Waiter waiter) {
    waiters.remove(waiter);
  }

  public int unread() {
    return messages.size();
  }
}
