// SPDX-License-Identifier: MIT
package io.agentos.kernel.event;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One listener's bounded queue. Who is slow loses the oldest and is told how many: an event waits
 * for nobody.
 */
@ReactorConfined
public final class Subscriber {
  /** Someone who waits for an event; told once. */
  public interface Waiter {
    void arrived();
  }

  private final AgentId owner;
  private final EventBus.Total total;
  private final Set<String> patterns = new TreeSet<>();
  private final Deque<Event> events = new ArrayDeque<>();
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private int bytes;
  private long dropped;

  Subscriber(AgentId owner, EventBus.Total total) {
    this.owner = owner;
    this.total = total;
  }

  AgentId owner() {
    return owner;
  }

  /** What it asked for, sorted. */
  public List<String> patterns() {
    return List.copyOf(patterns);
  }

  void add(Collection<String> more) throws SyscallException {
    Set<String> all = new TreeSet<>(patterns);
    all.addAll(more);
    if (all.size() > Limits.EVENT_PATTERNS) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "a caller can subscribe to at most " + Limits.EVENT_PATTERNS + " event types");
    }
    patterns.addAll(more);
  }

  void remove(Collection<String> some) {
    patterns.removeAll(Set.copyOf(some));
  }

  boolean wants(String type) {
    for (String pattern : patterns) {
      if (EventTypes.matches(pattern, type)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Keeps an event; whether there was room. What is emitted gets half of the room, so that no flood
   * of it drowns the kernel's own events, which take the place of the oldest.
   */
  boolean offer(Event event) {
    boolean fits =
        event.ours()
            || (events.size() < Limits.EVENTS / 2
                && bytes + event.cost() <= Limits.EVENT_BYTES / 2);
    while (fits && isFullFor(event)) {
      forgetOldest();
    }
    if (!fits || !total.take(event)) {
      dropped++;
      return false;
    }
    bytes += event.cost();
    events.add(event);
    Waiter first = waiters.poll();
    if (first != null) {
      first.arrived();
    }
    return true;
  }

  private boolean isFullFor(Event event) {
    return !events.isEmpty()
        && (events.size() >= Limits.EVENTS || bytes + event.cost() > Limits.EVENT_BYTES);
  }

  private void forgetOldest() {
    count(events.remove());
    dropped++;
  }

  private void count(Event gone) {
    bytes -= gone.cost();
    total.give(gone.cost());
  }

  public boolean isEmpty() {
    return events.isEmpty();
  }

  /** Takes up to {@code most}, oldest first, as long as they fit an answer of that size. */
  public List<Event> take(int most, int answerBytes) {
    List<Event> taken = new ArrayList<>();
    int room = answerBytes - Event.ENVELOPE_BYTES;
    while (taken.size() < most && !events.isEmpty() && events.peek().cost() <= room) {
      Event event = events.remove();
      count(event);
      room -= event.cost();
      taken.add(event);
    }
    return taken;
  }

  /** How many were lost since this was last asked. */
  public long takeDropped() {
    long lost = dropped;
    dropped = 0;
    return lost;
  }

  public void await(Waiter waiter) {
    waiters.add(waiter);
  }

  public void forget(Waiter waiter) {
    waiters.remove(waiter);
  }

  /** It hears of nothing any more, and who waits need not. */
  void clear() {
    events.forEach(this::count);
    events.clear();
    List.copyOf(waiters).forEach(Waiter::arrived);
    waiters.clear();
  }
}
