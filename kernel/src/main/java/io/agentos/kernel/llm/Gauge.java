// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import java.util.List;
import java.util.stream.Stream;

/** What has been sent to a provider, or a model, against the limits on that. */
@ReactorConfined
final class Gauge {
  private static final long MINUTE = 60_000;
  private static final long DAY = 24 * 60 * MINUTE;

  /** Of a minute: a sixth of a per cent of the rate is lost. */
  private static final int MINUTE_BUCKETS = 600;

  /** Of a day: ten minutes each. */
  private static final int DAY_BUCKETS = 144;

  /** A limit of a day, which outlives the kernel. */
  record Daily(String name, SlidingWindow window) {}

  private final String name;
  private final RateLimits limits;
  private final SlidingWindow minuteRequests;
  private final SlidingWindow minuteTokens;
  private final SlidingWindow dayRequests;
  private final SlidingWindow dayTokens;
  private int running;

  Gauge(String name, RateLimits limits) {
    this.name = name;
    this.limits = limits;
    minuteRequests = new SlidingWindow(limits.requestsPerMinute(), MINUTE, MINUTE_BUCKETS);
    minuteTokens = new SlidingWindow(limits.tokensPerMinute(), MINUTE, MINUTE_BUCKETS);
    dayRequests = new SlidingWindow(limits.requestsPerDay(), DAY, DAY_BUCKETS);
    dayTokens = new SlidingWindow(limits.tokensPerDay(), DAY, DAY_BUCKETS);
  }

  String name() {
    return name;
  }

  RateLimits limits() {
    return limits;
  }

  boolean hasPlace() {
    return running < limits.concurrency();
  }

  /** How long until a request of about so many tokens may go; 0 when it may now. */
  long waitMillis(long now, long tokens) {
    return Stream.of(
            minuteRequests.waitMillis(now, 1),
            minuteTokens.waitMillis(now, tokens),
            dayRequests.waitMillis(now, 1),
            dayTokens.waitMillis(now, tokens))
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  void begun(long now, long tokens) {
    running++;
    minuteRequests.add(now, 1);
    dayRequests.add(now, 1);
    minuteTokens.add(now, tokens);
    dayTokens.add(now, tokens);
  }

  /** It was begun at that moment, and cost so much more (or less) than was thought. */
  void ended(long begunAt, long difference) {
    running--;
    minuteTokens.correct(begunAt, difference);
    dayTokens.correct(begunAt, difference);
  }

  long requestsInMinute(long now) {
    return minuteRequests.used(now);
  }

  long tokensInMinute(long now) {
    return minuteTokens.used(now);
  }

  /** The limits that hold for longer than a kernel may live. */
  List<Daily> daily() {
    return Stream.of(
            new Daily(name + " requests", dayRequests), new Daily(name + " tokens", dayTokens))
        .filter(daily -> daily.window().limit() != Long.MAX_VALUE)
        .toList();
  }
}
