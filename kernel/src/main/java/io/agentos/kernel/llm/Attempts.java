// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is under way at the providers: begun, answered, and settled, whatever happens to it. */
@ReactorConfined
final class Attempts {
  /** Told of each attempt's end, once it is settled. */
  interface Listener {
    void answered(Request request, ObjectNode answer, long latencyMillis);

    void failed(Request request, Lane lane, Failure failure);
  }

  private static final Logger log = LoggerFactory.getLogger(Attempts.class);

  /** Past its time the service has so much longer to say so before it is taken for stuck. */
  private static final Duration STUCK = Duration.ofSeconds(15);

  private static final double NANO = 1e9;

  private final Reactor reactor;
  private final Service service;
  private final Spending spending;
  private final UsageLedger ledger;
  private final LongSupplier clock;
  private final News news;
  private final Listener listener;
  private final Map<Integer, Request> running = new HashMap<>();
  private int lastId;

  Attempts(
      Reactor reactor,
      Service service,
      Spending spending,
      UsageLedger ledger,
      LongSupplier clock,
      News news,
      Listener listener) {
    this.reactor = reactor;
    this.service = service;
    this.spending = spending;
    this.ledger = ledger;
    this.clock = clock;
    this.news = news;
    this.listener = listener;
  }

  int size() {
    return running.size();
  }

  /** Begins the next attempt of a request: at once, or when what it may cost is on the disk. */
  void begin(Request request, Lane lane, Spending.Verdict.Fits fits) {
    long now = clock.getAsLong();
    request.id = ++lastId;
    request.lane = lane;
    request.startedAt = now;
    request.firstStartedAt = request.attempts++ == 0 ? now : request.firstStartedAt;
    long answer =
        Math.min(request.share.expectedAnswer(), request.maxTokens.orElse(Long.MAX_VALUE));
    request.expectedTokens = request.inputTokens + answer;
    request.reservation = spending.reserve(request, fits, now);
    request.share.expect(request.expectedCost());
    lane.begun(now, request.expectedTokens);
    request.share.ownRunning++;
    running.put(request.id, request);
    int id = request.id;
    if (request.reservation.budgets().isEmpty()) {
      send(id, lane);
      return;
    }
    Runnable last = () -> send(id, lane);
    List<Spending.Held> budgets = request.reservation.budgets();
    for (int i = 0; i < budgets.size(); i++) {
      boolean isLast = i == budgets.size() - 1;
      ledger.save(budgets.get(i).budget().row(now), isLast ? last : () -> {});
    }
  }

  private void send(int id, Lane lane) {
    Request request = running.get(id);
    if (request == null) {
      return; // the service died meanwhile
    }
    long now = clock.getAsLong();
    if (request.over) {
      settle(request, Usage.NONE);
      listener.failed(request, lane, unsent(ErrorCode.CANCELLED, "cancelled", false));
      return;
    }
    long left = Math.max(1, request.deadline - now);
    OptionalLong most =
        request.maxTokens.isPresent() ? request.maxTokens : request.reservation.answerTokens();
    if (!service.send(request.line(lane.model, left, most))) {
      settle(request, Usage.NONE);
      listener.failed(
          request, lane, unsent(ErrorCode.UNAVAILABLE, "the LLM service does not keep up", true));
      return;
    }
    request.hungTimer =
        reactor.schedule(
            Duration.ofMillis(left).plus(STUCK),
            () -> {
              log.error("llm-service did not answer request {} in time; it is started anew", id);
              service.kill();
            });
  }

  private static Failure unsent(ErrorCode code, String sentence, boolean retryable) {
    return new Failure(code, sentence, retryable, OptionalLong.empty(), /* sent= */ false);
  }

  /** Nobody waits for it any more; it keeps its place until the service says that it has ended. */
  void cancel(Request request) {
    if (running.containsKey(request.id)) {
      service.cancel(++lastId, request.id);
    }
  }

  /** Takes a line of the service; one that is about nothing under way is dropped. */
  void take(JsonNode line) {
    Request request = running.get(line.path("id").asInt());
    if (request == null) {
      return;
    }
    switch (line.path("type").asText()) {
      case "delta" -> delta(request, line.path("content").asText());
      case "result" -> answered(request, line);
      case "error" -> {
        Failure failure = Failure.of(line);
        settle(request, failure.leavesCostOpen() ? request.estimatedUsage() : Usage.NONE);
        listener.failed(request, request.lane(), failure);
      }
      default -> log.warn("llm-service sent a line of an unknown type; it is dropped");
    }
  }

  private static void delta(Request request, String content) {
    request.streamed += content.length();
    if (!request.over) {
      request.listener.part(content);
    }
  }

  private void answered(Request request, JsonNode line) {
    Lane lane = request.lane();
    request.streamed = Math.max(request.streamed, line.path("content").asText().length());
    // A provider that reports nothing has not worked for nothing.
    Usage usage = Usage.of(line).input() == 0 ? request.estimatedUsage() : Usage.of(line);
    long latency = clock.getAsLong() - request.startedAt;
    boolean failedBefore = lane.breaker.isOpen();
    lane.answered(latency);
    if (failedBefore) {
      news.recovered(lane);
    }
    request.share.learnLength(usage.output() + usage.thinking());
    settle(request, usage);
    ObjectNode answer = (ObjectNode) line;
    lane.price.ifPresent(price -> answer.put("cost", price.of(usage) / NANO));
    answer.put("tokens", usage.tokens());
    answer.put("attempts", request.attempts);
    if (request.mayHaveBeenPaidTwice) {
      answer.put("may_be_paid_twice", true);
    }
    listener.answered(request, answer, latency);
  }

  private void settle(Request request, Usage usage) {
    long now = clock.getAsLong();
    Lane lane = request.lane();
    running.remove(request.id);
    request.share.ownRunning--;
    if (request.hungTimer != null) {
      request.hungTimer.cancel();
    }
    long nanodollars = lane.price.map(price -> price.of(usage)).orElse(0L);
    List<Spending.Held> held = request.reservation.budgets();
    request.share.settle(request.expectedCost(), Request.cost(usage));
    lane.ended(request.startedAt, usage.tokens() - request.expectedTokens);
    spending.settle(request, Amount.of(usage.tokens(), nanodollars), now);
    held.forEach(h -> ledger.save(h.budget().row(now), () -> {}));
    lane.gauges.forEach(gauge -> saveDay(gauge, now));
    if (usage.tokens() > 0) {
      ledger.save(
          new UsageStore.UsageRow(
              BudgetRule.Period.DAY.of(now),
              request.share.top().name,
              lane.model.toString(),
              usage,
              nanodollars),
          () -> {});
    }
  }

  private void saveDay(Gauge gauge, long now) {
    for (Gauge.Daily daily : gauge.daily()) {
      long bucket = daily.window().bucket(now);
      ledger.save(
          new UsageStore.WindowRow(daily.name(), bucket, daily.window().held(bucket)), () -> {});
    }
  }

  /** The service has died with all of it: each may be paid for, and nobody counted. */
  void allDied() {
    List<Request> interrupted = new ArrayList<>(running.values());
    if (!interrupted.isEmpty()) {
      log.warn("llm-service ended with {} requests under way", interrupted.size());
    }
    for (Request request : interrupted) {
      settle(request, request.estimatedUsage());
      boolean again = !request.askedAgainAfterDeath && !service.isHopeless();
      request.askedAgainAfterDeath = true;
      request.mayHaveBeenPaidTwice = true;
      listener.failed(request, request.lane(), Failure.ofDeath(again));
    }
  }
}
