// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import java.util.Optional;

/** Decides what becomes of a request whose attempt had no answer. */
@ReactorConfined
final class Recovery {
  /** Again, elsewhere, or not at all. */
  sealed interface Next {
    record Retry(long afterMillis) implements Next {}

    record Reroute(Lane to) implements Next {}

    record GiveUp() implements Next {}
  }

  private final Lanes lanes;
  private final Backoff backoff;
  private final int retries;

  Recovery(Lanes lanes, Backoff backoff, int retries) {
    this.lanes = lanes;
    this.backoff = backoff;
    this.retries = retries;
  }

  Next after(Request request, Lane lane, Failure failure, long now) {
    if (request.streamed > 0) {
      return new Next.GiveUp();
    }
    boolean left = failure.isDeath() || request.attempts <= retries;
    if (failure.retryable() && left && !lane.breaker.isOpen()) {
      long wait = backoff.millis(request.attempts, failure.retryAfterMillis());
      if (now + wait < request.deadline) {
        return new Next.Retry(wait);
      }
    }
    if (!failure.mayGoElsewhere()) {
      return new Next.GiveUp();
    }
    return elsewhere(request, lane).<Next>map(Next.Reroute::new).orElseGet(Next.GiveUp::new);
  }

  /** The next model that may be asked instead, if the operator named one. */
  Optional<Lane> elsewhere(Request request, Lane lane) {
    request.givenUp.add(lane.model);
    return lane.fallbacks.stream()
        .filter(model -> !request.givenUp.contains(model))
        .findFirst()
        .map(lanes::of);
  }
}
