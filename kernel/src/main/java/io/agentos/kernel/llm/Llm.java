// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the LLM among agents: a bounded queue each, served in the order of least tokens received
 * (a virtual token counter per agent with lift, after Sheng et al., "Fairness in Serving Large
 * Language Models", OSDI 2024), within quotas and a bound on concurrency. Starts the service on
 * first use and again when it has died.
 */
@ReactorConfined
public final class Llm {
  /**
   * Who asked; told on the reactor thread: of parts if it streams, then once of the result or the
   * refusal.
   */
  public interface Listener {
    void part(String content);

    void result(JsonNode answer, long queuedMillis, long latencyMillis);

    void refused(SyscallException why);
  }

  /** What a caller has spent. */
  public record Spent(long tokens, long calls) {}

  private static final Logger log = LoggerFactory.getLogger(Llm.class);

  /**
   * After a death of the service the next start waits this long; doubled by each further one
   * without an answer.
   */
  private static final Duration RESTART_WAIT = Duration.ofMillis(100);

  private static final int MOST_DEATHS = 5;

  private final Reactor reactor;
  private final LlmConfig config;
  private final Map<AgentId, Account> accounts = new HashMap<>();
  private final Map<Integer, Request> running = new HashMap<>();
  private @Nullable LlmProcess process;
  private int generation;
  private int lastId;
  private long submitted;
  private int deaths;
  private boolean restarting;
  private long queuedBytes;

  public Llm(Reactor reactor, LlmConfig config) {
    this.reactor = reactor;
    this.config = config;
  }

  /**
   * Queues a request.
   *
   * @param body fields as docs/contract/llm-service.md has them, without {@code id} and {@code op}
   * @param priority among the waiting requests of the same caller, higher first
   * @param promptCharacters for the estimate of its cost
   * @return to be given to {@link #cancel}
   */
  public Request submit(
      AgentId caller,
      LlmQuota quota,
      ObjectNode body,
      int priority,
      int promptCharacters,
      Listener listener)
      throws SyscallException {
    reactor.check();
    Account account = accounts.computeIfAbsent(caller, id -> new Account());
    if (account.callsMade >= quota.maxCalls()) {
      throw new SyscallException(
          ErrorCode.QUOTA_EXCEEDED,
          "this agent's quota of " + quota.maxCalls() + " LLM calls is used up");
    }
    if (account.tokensUsed >= quota.maxTokens()) {
      throw tokensUsedUp(quota);
    }
    if (account.queue.size() >= config.queuePerAgent()) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          config.queuePerAgent()
              + " LLM calls of this agent are waiting; wait for one to be answered");
    }
    if (account.queue.isEmpty() && account.running == 0) {
      lift(account);
    }
    byte[] encoded = Json.encode(body);
    if (queuedBytes + encoded.length > Limits.LLM_QUEUE_BYTES) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED, "the kernel's LLM queue is full; try again shortly");
    }
    queuedBytes += encoded.length;
    Request request =
        new Request(account, encoded, priority, ++submitted, quota, listener, promptCharacters);
    account.callsMade++;
    account.queue.add(request);
    serve();
    return request;
  }

  private static SyscallException tokensUsedUp(LlmQuota quota) {
    return new SyscallException(
        ErrorCode.QUOTA_EXCEEDED,
        "this agent's quota of " + quota.maxTokens() + " LLM tokens is used up");
  }

  /**
   * Who was idle starts level with the least served of the others: idling earns no credit. What is
   * only expected of calls under way does not count, or the others would be served first as soon as
   * they turn out shorter.
   */
  private void lift(Account account) {
    accounts.values().stream()
        .filter(other -> other != account && !other.isIdle())
        .mapToLong(other -> other.virtualTokens - other.expectedTokens)
        .min()
        .ifPresent(least -> account.virtualTokens = Math.max(account.virtualTokens, least));
  }

  /**
   * The caller has gone, or waited long enough: takes the request out, or stops it at the provider.
   */
  public void cancel(Request request) {
    if (request.over) {
      return;
    }
    request.over = true;
    if (request.account.queue.remove(request)) {
      letGo(request);
      return;
    }
    if (process != null && running.containsKey(request.id)) {
      process.cancel(++lastId, request.id);
    }
  }

  private void serve() {
    while (running.size() < config.concurrency() && !restarting) {
      Optional<Account> next =
          accounts.values().stream()
              .filter(account -> !account.queue.isEmpty())
              .min((a, b) -> Long.compare(a.virtualTokens, b.virtualTokens));
      if (next.isEmpty()) {
        return;
      }
      start(next.get().queue.remove());
    }
  }

  private void start(Request request) {
    if (request.account.tokensUsed >= request.quota.maxTokens()) {
      refuse(request, tokensUsedUp(request.quota));
      return;
    }
    try {
      LlmProcess service = service();
      request.id = ++lastId;
      request.startedNanos = System.nanoTime();
      if (!service.generate(request.id, request.body)) {
        refuse(
            request,
            new SyscallException(
                ErrorCode.UNAVAILABLE, "the LLM service does not keep up; try again shortly"));
        return;
      }
      running.put(request.id, request);
      request.account.running++;
      request.account.virtualTokens += request.expectedTokens;
      request.account.expectedTokens += request.expectedTokens;
    } catch (IOException e) {
      log.error("llm-service can't be started: {}", e.toString());
      refuse(
          request,
          new SyscallException(
              ErrorCode.UNAVAILABLE,
              "the LLM service can't be started; the kernel's log says why"));
    }
  }

  /** Its bytes count no longer. */
  private void letGo(Request request) {
    queuedBytes -= request.heldBytes;
    request.heldBytes = 0;
  }

  private void refuse(Request request, SyscallException why) {
    letGo(request);
    if (!request.over) {
      request.over = true;
      request.listener.refused(why);
    }
  }

  private LlmProcess service() throws IOException {
    if (process == null) {
      int current = ++generation;
      process =
          new LlmProcess(
              config,
              answer -> reactor.post(() -> answered(answer)),
              () -> reactor.post(() -> died(current)));
      log.info("llm-service started as pid {}", process.pid());
    }
    return process;
  }

  private void answered(JsonNode answer) {
    Request request = running.get(answer.path("id").asInt());
    if (request == null) {
      return; // ready, status, or the end of a request that was cancelled
    }
    switch (answer.path("type").asText()) {
      case "delta" -> {
        if (!request.over) {
          request.streamed = true;
          request.listener.part(answer.path("content").asText());
        }
      }
      case "result" -> {
        deaths = 0;
        settle(request, tokens(answer));
        letGo(request);
        if (!request.over) {
          request.over = true;
          long latency = (System.nanoTime() - request.startedNanos) / 1_000_000;
          request.listener.result(answer, request.queuedMillis(), latency);
        }
        serve();
      }
      default -> {
        deaths = 0;
        settle(request, 0);
        refuse(request, refusal(answer));
        serve();
      }
    }
  }

  private void settle(Request request, long tokens) {
    running.remove(request.id);
    request.account.running--;
    accounts.values().removeIf(account -> account.abandoned && account.isIdle());
    request.account.virtualTokens += tokens - request.expectedTokens;
    request.account.expectedTokens -= request.expectedTokens;
    request.account.tokensUsed += tokens;
  }

  /** Input, output and thinking tokens; cached ones are part of the input. */
  public static long tokens(JsonNode answer) {
    JsonNode usage = answer.path("usage");
    return usage.path("input").asLong()
        + usage.path("output").asLong()
        + usage.path("thinking").asLong();
  }

  private static SyscallException refusal(JsonNode answer) {
    ErrorCode code;
    try {
      code = ErrorCode.valueOf(answer.path("code").asText());
    } catch (IllegalArgumentException e) {
      code = ErrorCode.UNAVAILABLE;
    }
    Map<String, Object> details = new HashMap<>();
    details.put("retryable", answer.path("retryable").asBoolean());
    if (answer.has("retry_after_ms")) {
      details.put("retry_after_ms", answer.get("retry_after_ms").asLong());
    }
    return new SyscallException(
        code, answer.path("message").asText("the LLM provider failed"), details);
  }

  /** What was under way is asked again once, unless part of it was paid for by a second death. */
  private void died(int which) {
    if (which != generation || process == null) {
      return;
    }
    process = null;
    deaths++;
    List<Request> interrupted = new ArrayList<>(running.values());
    log.warn("llm-service ended with {} requests under way", interrupted.size());
    for (Request request : interrupted) {
      settle(request, 0);
      if (request.over) {
        letGo(request);
        continue;
      }
      if (request.retried || request.streamed || deaths > MOST_DEATHS) {
        refuse(
            request,
            new SyscallException(
                ErrorCode.UNAVAILABLE,
                "the LLM service ended while it worked on this; it may have been paid for"));
      } else {
        request.retried = true;
        request.account.queue.add(request);
      }
    }
    restarting = true;
    reactor.schedule(
        RESTART_WAIT.multipliedBy(1L << Math.min(deaths, MOST_DEATHS)),
        () -> {
          restarting = false;
          serve();
        });
  }

  public Duration defaultTimeout() {
    return config.timeout();
  }

  public Spent spent(AgentId caller) {
    Account account = accounts.get(caller);
    return account == null ? new Spent(0, 0) : new Spent(account.tokensUsed, account.callsMade);
  }

  /** The caller is gone for good; its account goes with its last request. */
  public void forget(AgentId caller) {
    Account account = accounts.get(caller);
    if (account != null) {
      account.abandoned = true;
      if (account.isIdle()) {
        accounts.remove(caller);
      }
    }
  }

  /** Ends the service. */
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
