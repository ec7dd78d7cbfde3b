// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.wire.Json;
import java.util.List;
import java.util.Optional;

/** What can be seen of the LLM's sharing at one moment, as the wire has it. */
public final class LlmView {
  private final LlmConfig config;
  private final ShareTable shares;
  private final Share root;
  private final Lanes lanes;
  private final Spending spending;
  private final Service service;
  private final Attempts attempts;
  private final Trace trace;
  private final long now;

  LlmView(
      LlmConfig config,
      ShareTable shares,
      Lanes lanes,
      Spending spending,
      Service service,
      Attempts attempts,
      Trace trace,
      long now) {
    this.config = config;
    this.shares = shares;
    this.root = shares.root;
    this.lanes = lanes;
    this.spending = spending;
    this.service = service;
    this.attempts = attempts;
    this.trace = trace;
    this.now = now;
  }

  /**
   * Queues, shares, budgets and the state of each model.
   *
   * @param caller whose own share and those below it are shown; empty for all
   */
  public ObjectNode status(Optional<AgentId> caller) {
    ObjectNode status = Json.object();
    status
        .put("running", attempts.size())
        .put("waiting", root.waiting)
        .put("concurrency", config.concurrency());
    ObjectNode process = status.putObject("service");
    process.put("ready", service.isReady()).put("deaths", service.deaths());
    if (caller.isEmpty()) {
      process.put("pid", service.pid());
      config
          .door()
          .ifPresent(
              door ->
                  status
                      .putObject("door")
                      .put("base_url", door.baseUrl())
                      .put("token_file", door.tokenFile().toString()));
    }
    ArrayNode models = status.putArray("models");
    lanes.all().forEach(lane -> models.add(model(lane)));
    ArrayNode rows = status.putArray("shares");
    if (caller.isEmpty()) {
      addBelow(root, rows);
      ArrayNode budgets = status.putArray("budgets");
      spending.budgets().forEach(budget -> budgets.add(budget(budget)));
    } else {
      shares
          .find(caller.get())
          .ifPresent(
              share -> {
                rows.add(share(share));
                addBelow(share, rows);
              });
    }
    return status;
  }

  /** What all callers together have asked since the kernel started, and how the models answered. */
  public ObjectNode totals() {
    ObjectNode totals = Json.object();
    totals
        .put("running", attempts.size())
        .put("waiting", root.waiting)
        .put("calls", root.spent.calls())
        .put("tokens", root.spent.tokens())
        .put("cost", root.spent.nanodollars() / 1e9)
        .put("service_deaths", service.deaths());
    ArrayNode models = totals.putArray("models");
    lanes.all().forEach(lane -> models.add(model(lane)));
    return totals;
  }

  /** The share of one caller; absent when it has asked nothing. */
  public Optional<ObjectNode> share(AgentId caller) {
    return shares.find(caller).map(LlmView::share);
  }

  private static void addBelow(Share share, ArrayNode shares) {
    for (Share child : share.children) {
      shares.add(share(child));
      addBelow(child, shares);
    }
  }

  private static ObjectNode share(Share share) {
    ObjectNode node = Json.object();
    node.put("agent_id", share.id.equals(Payer.OPERATORS) ? 0 : share.id.value());
    node.put("name", share.name);
    if (share.parent != null && share.parent.parent != null) {
      node.put("parent", share.parent.name);
    }
    return node.put("weight", share.weight)
        .put("share", Math.round(share.entitlement() * 1000) / 1000.0)
        .put("waiting", share.waiting)
        .put("running", share.active - share.waiting)
        .put("calls", share.spent.calls())
        .put("tokens", share.spent.tokens())
        .put("tokens_reserved", share.reserved.tokens())
        .put("cost", share.spent.nanodollars() / 1e9)
        .put("virtual_tokens", share.clock.time / Share.TOKEN);
  }

  private ObjectNode model(Lane lane) {
    ObjectNode node = Json.object().put("model", lane.model.toString());
    long wait = lane.waitMillis(now, 0);
    String state =
        lane.breaker.isOpen()
            ? "failing"
            : lane.isPaused(now) ? "paused" : wait > 0 ? "limited" : "ok";
    node.put("state", state);
    if (lane.breaker.isOpen()) {
      node.put("opens_in_ms", lane.breaker.waitMillis(now));
      node.put("last_failure", lane.breaker.lastFailure());
    } else if (wait > 0) {
      node.put("opens_in_ms", wait);
    }
    node.put("running", lane.running)
        .put("waiting", lane.users - lane.running)
        .put("answered", lane.answered)
        .put("failed", lane.failed)
        .put("retried", lane.retried)
        .put("rerouted", lane.rerouted)
        .put("latency_ms", Math.round(lane.latencyMillis() * 10) / 10.0);
    ArrayNode limits = node.putArray("limits");
    lane.gauges.forEach(gauge -> limits.add(gauge(gauge)));
    return node;
  }

  private ObjectNode gauge(Gauge gauge) {
    ObjectNode node = Json.object().put("of", gauge.name());
    RateLimits limits = gauge.limits();
    put(node, "requests_per_minute", limits.requestsPerMinute(), gauge.requestsInMinute(now));
    put(node, "tokens_per_minute", limits.tokensPerMinute(), gauge.tokensInMinute(now));
    for (Gauge.Daily daily : gauge.daily()) {
      String field = daily.name().endsWith("requests") ? "requests_per_day" : "tokens_per_day";
      put(node, field, daily.window().limit(), daily.window().used(now));
    }
    return node;
  }

  private static void put(ObjectNode node, String field, long limit, long used) {
    if (limit != Long.MAX_VALUE) {
      node.putObject(field).put("limit", limit).put("used", used);
    }
  }

  private ObjectNode budget(Budget budget) {
    ObjectNode node = Json.object().put("name", budget.rule.name());
    node.put("agents", budget.rule.agents().pattern());
    node.put("period", budget.period(now)).put("per", budget.rule.period().toString());
    Amount most = budget.rule.most();
    Amount spent = budget.spent(now);
    put(node, "calls", most.calls(), spent.calls());
    put(node, "tokens", most.tokens(), spent.tokens());
    if (most.nanodollars() != Long.MAX_VALUE) {
      node.putObject("cost")
          .put("limit", most.nanodollars() / 1e9)
          .put("used", spent.nanodollars() / 1e9);
    }
    return node.put("tokens_reserved", budget.reserved(now).tokens());
  }

  /**
   * What was decided about the latest requests, oldest first.
   *
   * @param caller whose own requests and those below it are shown; empty for all
   */
  public List<Trace.Story> decisions(Optional<AgentId> caller, Optional<AgentId> of, int most) {
    return trace.latest(
        story ->
            of.map(id -> id.value() == story.agentId()).orElse(true)
                && caller.map(id -> story.line().contains(id.value())).orElse(true),
        most);
  }
}
