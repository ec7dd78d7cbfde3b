// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Timers;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets waiting requests go, each when it is its turn and its model, its quota and its budgets have
 * room.
 */
@ReactorConfined
final class Turns {
  private final Reactor reactor;
  private final LongSupplier clock;
  private final Share root;
  private final int concurrency;
  private final Spending spending;
  private final Attempts attempts;
  private final Recovery recovery;
  private final BooleanSupplier open;
  private final BiConsumer<Request, SyscallException> refuse;
  private final News news;
  private Timers.@Nullable Timer wake;
  private long wakeAt;

  /**
   * Turns at what waits below {@code root}.
   *
   * @param open whether any may go at all
   * @param refuse told of those that can't go
   */
  Turns(
      Reactor reactor,
      LongSupplier clock,
      Share root,
      int concurrency,
      Spending spending,
      Attempts attempts,
      Recovery recovery,
      BooleanSupplier open,
      BiConsumer<Request, SyscallException> refuse,
      News news) {
    this.reactor = reactor;
    this.clock = clock;
    this.root = root;
    this.concurrency = concurrency;
    this.spending = spending;
    this.attempts = attempts;
    this.recovery = recovery;
    this.open = open;
    this.refuse = refuse;
    this.news = news;
  }

  private long now() {
    return clock.getAsLong();
  }

  /** Queues it on the way to its model. */
  void enqueue(Request request, Lane lane) {
    request.lane = lane;
    lane.users++;
    request.share.enqueue(request, lane);
    Share share = request.share;
    request.note(
        now(),
        "queued",
        "for "
            + lane.model
            + ", with "
            + (share.ownWaiting() - 1)
            + " others of this agent and "
            + (root.waiting - 1)
            + " of all waiting");
  }

  /** Takes it out; whether it was waiting. */
  boolean dequeue(Request request) {
    if (request.lane == null || !request.share.dequeue(request, request.lane)) {
      return false;
    }
    request.lane.users--;
    return true;
  }

  /** What may go at one moment, and when the first of the others may. */
  private final class Round implements Predicate<Request> {
    final long now = now();
    private final Set<Lane> closed = new HashSet<>();
    long soonest = Long.MAX_VALUE;

    @Override
    public boolean test(Request request) {
      Lane lane = request.lane();
      if (closed.contains(lane)) {
        return false;
      }
      if (!lane.breaker.admits(now)) {
        return true; // to be sent elsewhere, or refused
      }
      long wait = lane.waitMillis(now, request.inputTokens + request.share.expectedAnswer());
      if (wait > 0 || !lane.hasPlace()) {
        closed.add(lane);
        soonest = wait > 0 ? Math.min(soonest, now + wait) : soonest;
        String why = held(lane, wait);
        request.note(now, "held", why);
        news.held(request, why);
        return false;
      }
      return !(spending.judge(request, lane, now) instanceof Spending.Verdict.Waits);
    }

    private String held(Lane lane, long wait) {
      if (wait == 0) {
        return lane.model + " has as many requests under way as it may";
      }
      return lane.isPaused(now)
          ? lane.model + " asked for a pause of " + wait + " ms"
          : "the rate limit of " + lane.model + " has room in " + wait + " ms";
    }
  }

  /** Lets go what may. */
  void serve() {
    while (open.getAsBoolean() && attempts.size() < concurrency) {
      Round round = new Round();
      Optional<Request> next = FairTree.next(root, round);
      if (next.isEmpty()) {
        wakeAt(round.soonest);
        return;
      }
      go(next.get(), round.now);
    }
  }

  private void wakeAt(long moment) {
    if (wake != null && wakeAt == moment) {
      return;
    }
    if (wake != null) {
      wake.cancel();
      wake = null;
    }
    if (moment != Long.MAX_VALUE) {
      wakeAt = moment;
      wake =
          reactor.schedule(
              Duration.ofMillis(Math.max(1, moment - now())),
              () -> {
                wake = null;
                serve();
              });
    }
  }

  /** It is this request's turn. */
  private void go(Request request, long now) {
    Lane lane = request.lane();
    dequeue(request);
    try {
      request.listener.admit();
    } catch (SyscallException notAnyMore) {
      refuse.accept(request, notAnyMore);
      return;
    }
    if (!lane.breaker.admits(now)) {
      Failure failure = broken(lane, now);
      recovery
          .elsewhere(request, lane)
          .ifPresentOrElse(
              other -> reroute(request, lane, other, failure.sentence()),
              () -> refuse.accept(request, failure.refusal(request.attempts)));
      return;
    }
    Spending.Verdict verdict = spending.judge(request, lane, now);
    if (verdict instanceof Spending.Verdict.Fits fits) {
      request.note(
          now,
          "started",
          "its turn: received "
              + request.share.top().clock.time / Share.TOKEN
              + " virtual tokens, the least of those waiting; as number "
              + (attempts.size() + 1)
              + " of "
              + concurrency
              + " at once");
      lane.users++;
      attempts.begin(request, lane, fits);
    } else if (verdict instanceof Spending.Verdict.Never never) {
      refuse.accept(request, new SyscallException(ErrorCode.QUOTA_EXCEEDED, never.why()));
    }
  }

  private static Failure broken(Lane lane, long now) {
    long wait = lane.breaker.waitMillis(now);
    return new Failure(
        ErrorCode.UNAVAILABLE,
        lane.model
            + " has failed "
            + Breaker.FAILURES
            + " times in a row, so nothing is sent there for "
            + wait
            + " ms; the last failure: "
            + lane.breaker.lastFailure(),
        /* retryable= */ true,
        OptionalLong.of(wait),
        /* sent= */ false);
  }

  /** Queues it for another model. */
  void reroute(Request request, Lane from, Lane to, String why) {
    from.rerouted++;
    request.note(now(), "rerouted", "from " + from.model + " to " + to.model + ": " + why);
    enqueue(request, to);
  }
}
