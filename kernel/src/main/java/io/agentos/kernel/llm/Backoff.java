// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * How long to wait before asking a provider again: anything from nothing to a bound that doubles
 * ("full jitter", after Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015), on
 * top of what the provider asked for.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int MOST_DOUBLINGS = 16;

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The wait before the next attempt, in milliseconds.
   *
   * @param failures so far, at least 1
   * @param retryAfterMillis what the provider said, if it did; never undercut
   */
  long millis(int failures, OptionalLong retryAfterMillis) {
    int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
    long bound = Math.min(LONGEST.toMillis(), FIRST.toMillis() << doublings);
    return retryAfterMillis.orElse(0) + random.nextLong(bound + 1);
  }
}
