// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.EventSink;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the LLM among agents: a bounded queue each, served by {@link FairTree} within the limits
 * of providers, models, quotas and budgets; tried again or elsewhere when a provider fails.
 */
@ReactorConfined
public final class Llm implements AutoCloseable {
  /**
   * Who asked; told on the reactor thread: of parts if it streams, then once of the result or the
   * refusal.
   */
  public interface Listener {
    /**
     * Asked when it is the request's turn, which may be long after it came.
     *
     * @throws SyscallException when the caller may not ask any more
     */
    void admit() throws SyscallException;

    void part(String content);

    void result(JsonNode answer, long queuedMillis, long latencyMillis);

    void refused(SyscallException why);
  }

  /** What a caller has spent, those below it included. */
  public record Spent(long tokens, long calls, long nanodollars) {}

  private static final Logger log = LoggerFactory.getLogger(Llm.class);

  /** Of the time after which to try again, in milliseconds. */
  private static final long LEAST_HINT = 100;

  private final Reactor reactor;
  private final LlmConfig config;
  private final ShareTable shares = new ShareTable();
  private final Lanes lanes;
  private final Spending spending;
  private final UsageLedger ledger;
  private final Service service;
  private final Attempts attempts;
  private final Recovery recovery;
  private final Turns turns;
  private final Trace trace = new Trace();
  private final News news;
  private final long clockStart = System.currentTimeMillis();
  private final long clockNanos = System.nanoTime();

  /** Came before it was known which model is meant. */
  private final Set<Request> unresolved = new LinkedHashSet<>();

  /** Whether there are limits that outlive the kernel, and whether it knows what counts on them. */
  private final boolean remembers;

  private boolean restored;
  private long submitted;
  private long queuedBytes;

  public Llm(Reactor reactor, LlmConfig config, EventSink events) {
    this.reactor = reactor;
    this.news = new News(events);
    this.config = config;
    lanes = new Lanes(config);
    spending = new Spending(config.budgets().stream().map(r -> new Budget(r, now())).toList());
    remembers =
        !config.budgets().isEmpty()
            || lanes.gauges().stream().anyMatch(gauge -> !gauge.daily().isEmpty());
    ledger = new UsageLedger(reactor, config.usageFile(), this::restore);
    service = new Service(reactor, config, new ServiceEvents());
    attempts =
        new Attempts(reactor, service, spending, ledger, this::now, news, new AttemptEvents());
    recovery = new Recovery(lanes, new Backoff(new SplittableRandom()), config.retries());
    turns =
        new Turns(
            reactor,
            this::now,
            shares.root,
            config.concurrency(),
            spending,
            attempts,
            recovery,
            () -> (restored || !remembers) && service.isReady(),
            this::refuse,
            news);
  }

  /** Milliseconds since the epoch, as of the start; from then on it never jumps. */
  long now() {
    return clockStart + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - clockNanos);
  }

  private void restore(UsageLedger.Saved saved) {
    for (UsageStore.BudgetRow row : saved.budgets()) {
      spending.budgets().stream()
          .filter(budget -> budget.rule.name().equals(row.name()))
          .forEach(budget -> budget.restore(row.period(), row.amount()));
    }
    for (UsageStore.WindowRow row : saved.windows()) {
      lanes.gauges().stream()
          .flatMap(gauge -> gauge.daily().stream())
          .filter(daily -> daily.name().equals(row.name()))
          .forEach(daily -> daily.window().restore(row.bucket(), row.amount(), now()));
    }
    restored = true;
    turns.serve();
  }

  /**
   * Queues a request.
   *
   * @return to be given to {@link #cancel}
   * @throws SyscallException QUOTA_EXCEEDED, or RESOURCE_EXHAUSTED with {@code retry_after_ms} when
   *     a queue is full
   */
  public Request submit(Ask ask, Listener listener) throws SyscallException {
    reactor.check();
    Share share = shares.of(ask.payers());
    byte[] body = Json.encode(ask.body());
    Trace.Story story = trace.begin(++submitted, share);
    Request request = new Request(ask, share, body, story, now(), listener);
    try {
      admit(request);
    } catch (SyscallException refusal) {
      request.note(now(), "refused", refusal.sentence());
      news.refused(request, refusal);
      shares.prune(share);
      throw refusal;
    }
    queuedBytes += body.length;
    spending.count(request, now());
    share.enter();
    begin(request);
    return request;
  }

  private void admit(Request request) throws SyscallException {
    if (spending.admits(request, now()) instanceof Spending.Verdict.Never never) {
      throw new SyscallException(ErrorCode.QUOTA_EXCEEDED, never.why());
    }
    if (remembers) {
      ledger.requireWritable();
    }
    int most = config.queuePerAgent();
    if (request.share.ownWaiting() >= most) {
      throw full(most + " LLM calls of this agent are waiting", most);
    }
    if (queuedBytes + request.heldBytes > Limits.LLM_QUEUE_BYTES) {
      throw full("the kernel's LLM queue is full", shares.root.active);
    }
  }

  /** With an estimate of when there will be room: one answer's time, for as many as go at once. */
  private SyscallException full(String what, int waiting) {
    double latency = lanes.all().stream().mapToDouble(Lane::latencyMillis).max().orElse(0);
    long millis = Math.max(LEAST_HINT, Math.round(latency * waiting / config.concurrency()));
    return new SyscallException(
        ErrorCode.RESOURCE_EXHAUSTED,
        what + "; try again in " + millis + " ms",
        Map.of("retryable", true, "retry_after_ms", millis));
  }

  private void begin(Request request) {
    try {
      service.start();
    } catch (IOException e) {
      log.error("llm-service can't be started: {}", e.toString());
      refuse(
          request,
          new SyscallException(
              ErrorCode.UNAVAILABLE,
              "the LLM service can't be started; the kernel's log says why"));
      return;
    }
    if (service.isReady()) {
      resolve(request);
    } else {
      unresolved.add(request);
      request.note(now(), "queued", "until the LLM service has started");
    }
    turns.serve();
  }

  /** Finds the way to its model, and queues it there. */
  private void resolve(Request request) {
    try {
      turns.enqueue(request, request.lane == null ? lanes.resolve(request.model) : request.lane());
    } catch (SyscallException unknown) {
      refuse(request, unknown);
    }
  }

  /**
   * The caller has gone, or waited long enough: takes the request out, or stops it at the provider.
   */
  public void cancel(Request request) {
    if (request.over) {
      return;
    }
    request.over = true;
    request.note(now(), "cancelled", "the caller has gone, or its time is up");
    if (unresolved.remove(request) || turns.dequeue(request)) {
      leave(request);
    } else {
      attempts.cancel(request);
    }
  }

  private void refuse(Request request, SyscallException why) {
    boolean wanted = !request.over;
    request.over = true;
    leave(request);
    if (wanted) {
      request.note(now(), "refused", why.code() + ": " + why.sentence());
      news.refused(request, why);
      request.listener.refused(why);
    }
  }

  /** It has ended, one way or another. */
  private void leave(Request request) {
    queuedBytes -= request.heldBytes;
    request.heldBytes = 0;
    request.share.leave();
    shares.prune(request.share);
  }

  private final class AttemptEvents implements Attempts.Listener {
    @Override
    public void answered(Request request, ObjectNode answer, long latencyMillis) {
      request.lane().users--;
      boolean wanted = !request.over;
      request.over = true;
      leave(request);
      if (wanted) {
        request.note(now(), "answered", Usage.of(answer).tokens() + " tokens");
        long queued = request.firstStartedAt - request.submittedAt;
        request.listener.result(answer, queued, latencyMillis);
      }
      turns.serve();
    }

    @Override
    public void failed(Request request, Lane lane, Failure failure) {
      lane.users--;
      judge(lane, failure);
      if (request.over) {
        leave(request);
        turns.serve();
        return;
      }
      Recovery.Next next = recovery.after(request, lane, failure, now());
      if (next instanceof Recovery.Next.Retry retry) {
        lane.retried++;
        retryLater(request, failure, retry.afterMillis());
      } else if (next instanceof Recovery.Next.Reroute reroute) {
        turns.reroute(request, lane, reroute.to(), failure.sentence());
      } else {
        refuse(request, failure.refusal(request.attempts));
      }
      turns.serve();
    }
  }

  private void judge(Lane lane, Failure failure) {
    if (failure.blamesModel() && failure.sent()) {
      lane.failed++;
      if (lane.breaker.failed(now(), failure.sentence())) {
        log.warn("{} fails: {}; nothing goes there for now", lane.model, failure.sentence());
        news.failing(lane, now());
      }
    } else {
      lane.breaker.undecided();
    }
    if (failure.code() == ErrorCode.RESOURCE_EXHAUSTED) {
      failure.retryAfterMillis().ifPresent(millis -> lane.pause(now(), millis));
    }
  }

  private void retryLater(Request request, Failure failure, long millis) {
    request.note(
        now(),
        "retried",
        "in " + millis + " ms, after " + failure.code() + ": " + failure.sentence());
    reactor.schedule(
        Duration.ofMillis(millis),
        () -> {
          if (request.over) {
            leave(request);
          } else {
            begin(request);
          }
        });
  }

  private final class ServiceEvents implements Service.Listener {
    @Override
    public void ready(Models models) {
      lanes.know(models);
      List<Request> waiting = List.copyOf(unresolved);
      unresolved.clear();
      waiting.forEach(Llm.this::resolve);
      turns.serve();
    }

    @Override
    public void answered(JsonNode answer) {
      attempts.take(answer);
    }

    @Override
    public void died() {
      attempts.allDied();
    }

    @Override
    public void rested() {
      if (shares.root.active == 0) {
        return; // it is started when it is needed
      }
      try {
        service.start();
      } catch (IOException e) {
        log.error("llm-service can't be started again: {}", e.toString());
        service.rest();
      }
    }
  }

  /**
   * What was spent on each of the latest days. For threads that may wait.
   *
   * @throws SyscallException UNAVAILABLE when it can't be read
   */
  public List<DayUsage> usage(int days) throws SyscallException {
    return ledger.usage(days);
  }

  public Duration defaultTimeout() {
    return config.timeout();
  }

  public Spent spent(AgentId caller) {
    Amount spent = shares.find(caller).map(share -> share.spent).orElse(Amount.NOTHING);
    return new Spent(spent.tokens(), spent.calls(), spent.nanodollars());
  }

  /**
   * The caller is gone for good; its share goes with its last request, and those of its children.
   */
  public void forget(AgentId caller) {
    shares.forget(caller);
  }

  /** What there is to be seen of it, for one caller's eyes. */
  public LlmView view() {
    return new LlmView(config, shares, lanes, spending, service, attempts, trace, now());
  }

  /** Ends the service. */
  @Override
  public void close() {
    service.close();
    ledger.close();
  }
}
