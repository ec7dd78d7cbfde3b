// SPDX-License-Identifier: MIT
package io.agentos.kernel.event;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.EventSink;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what happens to those who asked for it. What the kernel says of an agent is heard by
 * operators, by that agent and by those that spawned it; what is emitted, by everyone who asks.
 */
@ReactorConfined
public final class EventBus implements EventSink {
  private static final Logger log = LoggerFactory.getLogger(EventBus.class);

  /** Bytes in all queues of one kernel. */
  static final class Total {
    private long bytes;

    boolean take(Event event) {
      long most = event.ours() ? Limits.ALL_EVENT_BYTES : Limits.ALL_EVENT_BYTES / 2;
      if (bytes + event.cost() > most) {
        return false;
      }
      bytes += event.cost();
      return true;
    }

    void give(int back) {
      bytes -= back;
    }
  }

  private final Total total = new Total();
  private final Map<AgentId, Subscriber> subscribers = new LinkedHashMap<>();

  private final Map<String, Long> happened = new TreeMap<>();

  /** Listener, then whom it is about: whether that is the listener's to know. */
  private final BiPredicate<AgentId, Optional<AgentId>> mayHear;

  /**
   * @param mayHear whether the first may hear what the kernel says of the second
   */
  public EventBus(BiPredicate<AgentId, Optional<AgentId>> mayHear) {
    this.mayHear = mayHear;
  }

  /**
   * Has a caller hear of more.
   *
   * @throws SyscallException RESOURCE_EXHAUSTED when it asks for too many different types
   */
  public Subscriber subscribe(AgentId owner, Collection<String> patterns) throws SyscallException {
    Subscriber subscriber = subscribers.get(owner);
    if (subscriber == null) {
      subscriber = new Subscriber(owner, total);
    }
    subscriber.add(patterns);
    subscribers.put(owner, subscriber);
    return subscriber;
  }

  /** Has a caller hear of less; who hears of nothing keeps no queue. */
  public List<String> unsubscribe(AgentId owner, Collection<String> patterns) {
    Subscriber subscriber = subscribers.get(owner);
    if (subscriber == null) {
      return List.of();
    }
    subscriber.remove(patterns);
    if (subscriber.patterns().isEmpty()) {
      forget(owner);
    }
    return subscriber.patterns();
  }

  public Optional<Subscriber> find(AgentId owner) {
    return Optional.ofNullable(subscribers.get(owner));
  }

  /** The caller is gone. */
  public void forget(AgentId owner) {
    Subscriber gone = subscribers.remove(owner);
    if (gone != null) {
      gone.clear();
    }
  }

  /**
   * Tells everyone who asked for it what a caller has to say.
   *
   * @param data valid JSON
   * @return how many will hear it
   */
  public int emit(AgentId from, String type, byte[] data) {
    return publish(event(type, /* ours= */ false, Optional.of(from), data), listeners(type));
  }

  @Override
  public void happened(String type, Optional<AgentId> about, Supplier<Map<String, Object>> data) {
    happened.merge(type, 1L, Long::sum);
    List<Subscriber> listeners = listeners(type);
    listeners.removeIf(listener -> !mayHear.test(listener.owner(), about));
    if (!listeners.isEmpty()) {
      try {
        publish(event(type, /* ours= */ true, about, Json.encode(data.get())), listeners);
      } catch (SyscallException unwritable) {
        log.error("the event {} of {} can't be written", type, about, unwritable);
      }
    }
  }

  /** How often what the kernel itself tells has happened, by its type. */
  public Map<String, Long> happened() {
    return Map.copyOf(happened);
  }

  private List<Subscriber> listeners(String type) {
    List<Subscriber> found = new ArrayList<>();
    for (Subscriber subscriber : subscribers.values()) {
      if (subscriber.wants(type)) {
        found.add(subscriber);
      }
    }
    return found;
  }

  private static Event event(String type, boolean ours, Optional<AgentId> about, byte[] data) {
    return new Event(type, ours, about, data, System.nanoTime());
  }

  private static int publish(Event event, List<Subscriber> listeners) {
    int heard = 0;
    for (Subscriber listener : listeners) {
      heard += listener.offer(event) ? 1 : 0;
    }
    return heard;
  }
}
