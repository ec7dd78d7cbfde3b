// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.reactor.ReactorConfined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One caller's share of the LLM, which those that it spawned divide with it, and what all of them
 * have spent.
 */
@ReactorConfined
final class Share {
  /** Of a caller itself beside its children, and of whoever says nothing. */
  static final int DEFAULT_WEIGHT = 100;

  /** Virtual time that one token costs at a weight of 1. */
  static final long TOKEN = 10_000;

  /** How much a single answer moves the expectation of the next one's length. */
  private static final double LENGTH_WEIGHT = 0.2;

  private static final int FIRST_LENGTH = 256;

  final AgentId id;
  final String name;
  final @Nullable Share parent;
  final int weight;
  final List<Share> children = new ArrayList<>();

  /** What waits, by the model it is for, in the order in which it should go. */
  private final Map<Lane, TreeSet<Request>> queues = new HashMap<>();

  /** Of the caller with its children among its siblings; of itself among its children. */
  final Clock clock = new Clock();

  final Clock own = new Clock();

  /** Where the clock of the last child stood that wanted nothing more. */
  private long leftAt;

  /** Requests of the caller and its children that wait; and those that wait or are under way. */
  int waiting;

  int active;

  /** Those of the caller itself, also such as wait to be tried again; and those under way. */
  int ownActive;

  int ownRunning;

  /** Spent by the caller and all below it; and what calls under way may cost at most. */
  Amount spent = Amount.NOTHING;

  Amount reserved = Amount.NOTHING;
  boolean abandoned;
  private double answerTokens = FIRST_LENGTH;

  /** A virtual token counter. */
  static final class Clock {
    /** Tokens received, divided by the weight. */
    long time;

    /** The part of it that is only expected of calls under way. */
    long expected;

    private long settled() {
      return time - expected;
    }
  }

  Share(AgentId id, String name, @Nullable Share parent, int weight) {
    this.id = id;
    this.name = name;
    this.parent = parent;
    this.weight = weight;
    if (parent != null) {
      parent.children.add(this);
    }
  }

  void enqueue(Request request, Lane lane) {
    queues
        .computeIfAbsent(lane, l -> new TreeSet<>(Comparator.comparing(Request::order)))
        .add(request);
    for (Share share = this; share != null; share = share.parent) {
      share.waiting++;
    }
  }

  /** Whether it was there. */
  boolean dequeue(Request request, Lane lane) {
    TreeSet<Request> queue = queues.get(lane);
    if (queue == null || !queue.remove(request)) {
      return false;
    }
    if (queue.isEmpty()) {
      queues.remove(lane);
    }
    for (Share share = this; share != null; share = share.parent) {
      share.waiting--;
    }
    return true;
  }

  /** The first of each queue. */
  List<Request> heads() {
    return queues.values().stream().map(TreeSet::first).toList();
  }

  /** A request is there, from now on until {@link #leave}: idling before earned it nothing. */
  void enter() {
    if (ownActive++ == 0) {
      lift(own, this);
    }
    for (Share share = this; share != null; share = share.parent) {
      if (share.active++ == 0 && share.parent != null) {
        lift(share.clock, share.parent);
      }
    }
  }

  void leave() {
    ownActive--;
    if (ownActive == 0) {
      leftAt = Math.max(leftAt, own.time);
    }
    for (Share share = this; share != null; share = share.parent) {
      if (--share.active == 0 && share.parent != null) {
        share.parent.leftAt = Math.max(share.parent.leftAt, share.clock.time);
      }
    }
  }

  /**
   * Who was idle starts level with the least served of the others. What is only expected of calls
   * under way does not count, or the others would be served first as soon as they turn out shorter.
   */
  private static void lift(Clock returning, Share among) {
    long least = Long.MAX_VALUE;
    if (among.ownActive > 0 && among.own != returning) {
      least = among.own.settled();
    }
    for (Share child : among.children) {
      if (child.active > 0 && child.clock != returning) {
        least = Math.min(least, child.clock.settled());
      }
    }
    returning.time = Math.max(returning.time, least == Long.MAX_VALUE ? among.leftAt : least);
  }

  /** A request goes, which is expected to cost so much. */
  void expect(long cost) {
    charge(cost, cost);
  }

  /** It has cost so much. */
  void settle(long expected, long cost) {
    charge(cost - expected, -expected);
  }

  private void charge(long cost, long expected) {
    own.time += cost * TOKEN / DEFAULT_WEIGHT;
    own.expected += expected * TOKEN / DEFAULT_WEIGHT;
    for (Share share = this; share.parent != null; share = share.parent) {
      share.clock.time += cost * TOKEN / share.weight;
      share.clock.expected += expected * TOKEN / share.weight;
    }
  }

  /** The operator's agent, or the operators, below which it stands. */
  Share top() {
    Share top = this;
    while (top.parent != null && top.parent.parent != null) {
      top = top.parent;
    }
    return top;
  }

  /** Of the caller itself: how many wait for their turn, or to be tried again. */
  int ownWaiting() {
    return ownActive - ownRunning;
  }

  void learnLength(long tokens) {
    answerTokens += LENGTH_WEIGHT * (tokens - answerTokens);
  }

  /** How long an answer is expected to be. */
  long expectedAnswer() {
    return Math.round(answerTokens);
  }

  void spend(Amount amount) {
    for (Share share = this; share != null; share = share.parent) {
      share.spent = share.spent.plus(amount);
    }
  }

  void reserve(Amount amount) {
    for (Share share = this; share != null; share = share.parent) {
      share.reserved = share.reserved.plus(amount);
    }
  }

  void release(Amount amount) {
    for (Share share = this; share != null; share = share.parent) {
      share.reserved = share.reserved.minus(amount);
    }
  }

  /** The part of all that it is entitled to while all others want theirs too. */
  double entitlement() {
    if (parent == null) {
      return 1;
    }
    long all = parent.ownActive > 0 ? DEFAULT_WEIGHT : 0;
    for (Share sibling : parent.children) {
      all += sibling.active > 0 || sibling == this ? sibling.weight : 0;
    }
    return parent.entitlement() * weight / all;
  }
}
