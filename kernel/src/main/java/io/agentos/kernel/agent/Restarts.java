// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Counts an agent's restarts against its policy. */
final class Restarts {
  private final RestartPolicy policy;
  private final Deque<Long> recentNanos = new ArrayDeque<>();
  private int total;

  Restarts(RestartPolicy policy) {
    this.policy = policy;
  }

  int total() {
    return total;
  }

  RestartPolicy policy() {
    return policy;
  }

  /**
   * The wait before the next run; empty when the policy's number of restarts in its window is used
   * up.
   */
  Optional<Duration> next(long nowNanos) {
    while (!recentNanos.isEmpty() && nowNanos - recentNanos.peek() > policy.window().toNanos()) {
      recentNanos.remove();
    }
    if (recentNanos.size() >= policy.most()) {
      return Optional.empty();
    }
    Duration wait = RestartPolicy.backoff(recentNanos.size());
    recentNanos.add(nowNanos);
    total++;
    return Optional.of(wait);
  }
}
