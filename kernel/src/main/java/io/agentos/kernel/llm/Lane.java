// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import java.util.List;
import java.util.Optional;

/** The way to one model: what limits it, what it costs, and how it has been doing. */
@ReactorConfined
final class Lane {
  /** How much a single answer moves the average of their time. */
  private static final double LATENCY_WEIGHT = 0.2;

  final ModelId model;

  /** Those of the provider and of the model, where there are any. */
  final List<Gauge> gauges;

  /** Empty when nobody told. */
  final Optional<Price> price;

  /** Asked instead, in this order, when this one fails. */
  final List<ModelId> fallbacks;

  final Breaker breaker = new Breaker();
  int running;

  /** Requests that wait for it or are under way. */
  int users;

  long answered;
  long failed;
  long retried;
  long rerouted;
  private long pausedUntil;
  private double latencyMillis;

  Lane(ModelId model, List<Gauge> gauges, Optional<Price> price, List<ModelId> fallbacks) {
    this.model = model;
    this.gauges = gauges;
    this.price = price;
    this.fallbacks = fallbacks;
  }

  boolean hasPlace() {
    return gauges.stream().allMatch(Gauge::hasPlace);
  }

  /** How long until a request of about so many tokens may go; 0 when it may now. */
  long waitMillis(long now, long tokens) {
    long wait = Math.max(0, pausedUntil - now);
    for (Gauge gauge : gauges) {
      wait = Math.max(wait, gauge.waitMillis(now, tokens));
    }
    return wait;
  }

  /** The provider wants to be left alone for so long. */
  void pause(long now, long millis) {
    pausedUntil = Math.max(pausedUntil, now + millis);
  }

  boolean isPaused(long now) {
    return pausedUntil > now;
  }

  void begun(long now, long tokens) {
    running++;
    breaker.begun();
    gauges.forEach(gauge -> gauge.begun(now, tokens));
  }

  void ended(long begunAt, long difference) {
    running--;
    gauges.forEach(gauge -> gauge.ended(begunAt, difference));
  }

  void answered(long millis) {
    latencyMillis += (answered == 0 ? 1 : LATENCY_WEIGHT) * (millis - latencyMillis);
    answered++;
    breaker.succeeded();
  }

  double latencyMillis() {
    return latencyMillis;
  }
}
