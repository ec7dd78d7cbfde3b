// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.term.Style;
import io.agentos.cli.term.Table;
import io.agentos.cli.term.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows how the LLM is shared: now, lately, and over days. */
@Command(
    name = "llm",
    description =
        "Show who waits for the LLM, why requests went when they did, and what was spent.",
    footer = {
      "",
      "Examples:",
      "  agentos llm                       queues, shares, budgets, the state of each model",
      "  agentos llm trace --agent worker  what was decided about its latest requests, and why",
      "  agentos llm usage --days 30       tokens and cost by day, agent and model",
      "  eval \"$(agentos llm door)\"        let programs for OpenAI's client ask this kernel"
    })
final class LlmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "status|trace|usage|door",
      defaultValue = "status",
      description =
          "The present (default), the latest decisions, what was spent, or how programs of this"
              + " host ask.")
  private String action;

  @Option(
      names = "--agent",
      paramLabel = "NAME|ID",
      description = "With trace: only this agent's requests.")
  private @Nullable String agent;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      description = "With trace: at most so many requests, up to 200 (default 20).")
  private int lines = 20;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "With usage: today and the days before, up to 400 (default 7).")
  private int days = 7;

  private interface View {
    List<String> lines(Fields answer, Style style);
  }

  @Override
  public Integer call() throws IOException {
    switch (action) {
      case "status" -> show(Op.LLM_STATUS, Map.of(), LlmCommand::status);
      case "trace" -> show(Op.LLM_TRACE, traced(), LlmCommand::trace);
      case "usage" -> show(Op.LLM_USAGE, Map.of("days", days), LlmCommand::usage);
      case "door" -> LlmDoorView.print(kernel, spec.commandLine().getOut());
      default ->
          throw new ParameterException(
              spec.commandLine(),
              "after llm comes status, trace, usage or door, not \"" + action + "\"");
    }
    return 0;
  }

  private Map<String, Object> traced() {
    Map<String, Object> request = new HashMap<>(Map.of("limit", lines));
    if (agent != null) {
      boolean number = agent.chars().allMatch(c -> c >= '0' && c <= '9');
      request.put(number ? "id" : "name", number ? (Object) Integer.valueOf(agent) : agent);
    }
    return request;
  }

  private void show(Op op, Map<String, Object> request, View view) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (KernelClient client = kernel.connect()) {
      Answer answer = client.call(op, request);
      if (kernel.json) {
        out.println(answer.json());
        return;
      }
      Style style = Style.of(Console.isTerminal(1), System.getenv());
      view.lines(answer.fields(), style).forEach(out::println);
    }
  }

  private static List<String> status(Fields status, Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        status.whole("running")
            + " running of "
            + status.whole("concurrency")
            + " at once, "
            + status.whole("waiting")
            + " waiting; LLM service "
            + (status.object("service").flag("ready") ? "ready" : "not started"));
    if (status.has("door")) {
      lines.add(
          "programs of this host ask at "
              + printable(status.object("door").text("base_url"))
              + " (agentos llm door)");
    }
    lines.add("");
    lines.addAll(models(status.objects("models"), style).lines());
    lines.add("");
    lines.addAll(shares(status.objects("shares"), style).lines());
    if (!status.objects("budgets").isEmpty()) {
      lines.add("");
      lines.addAll(budgets(status.objects("budgets"), style).lines());
    }
    return lines;
  }

  private static Table models(List<Fields> models, Style style) {
    Table table =
        new Table(
            style, "MODEL", "STATE", "RUNNING", "WAITING", "ANSWERED", "FAILED", "RETRIED", "TIME");
    for (Fields model : models) {
      String state = model.text("state");
      String until =
          model.has("opens_in_ms") ? " for " + Units.duration(model.whole("opens_in_ms")) : "";
      table.row(
          printable(model.text("model")),
          state.equals("ok") ? style.good(state) : style.warning(state + until),
          String.valueOf(model.whole("running")),
          String.valueOf(model.whole("waiting")),
          String.valueOf(model.whole("answered")),
          String.valueOf(model.whole("failed")),
          String.valueOf(model.whole("retried")),
          Units.duration(Math.round(model.number("latency_ms"))));
    }
    return table;
  }

  private static Table shares(List<Fields> shares, Style style) {
    Table table =
        new Table(
            style, "AGENT", "PARENT", "WEIGHT", "SHARE", "RUNNING", "WAITING", "CALLS", "TOKENS",
            "COST");
    for (Fields share : shares) {
      table.row(
          printable(share.text("name")) + " (" + share.whole("agent_id") + ")",
          share.has("parent") ? printable(share.text("parent")) : "-",
          String.valueOf(share.whole("weight")),
          Math.round(share.number("share") * 100) + "%",
          String.valueOf(share.whole("running")),
          String.valueOf(share.whole("waiting")),
          String.valueOf(share.whole("calls")),
          String.valueOf(share.whole("tokens")),
          dollars(share.number("cost")));
    }
    return table;
  }

  private static Table budgets(List<Fields> budgets, Style style) {
    Table table = new Table(style, "BUDGET", "PERIOD", "CALLS", "TOKENS", "COST");
    for (Fields budget : budgets) {
      Fields cost = budget.object("cost");
      table.row(
          budget.text("name"),
          budget.text("period"),
          used(budget.object("calls")),
          used(budget.object("tokens")),
          cost.has("limit")
              ? dollars(cost.number("used")) + " of " + dollars(cost.number("limit"))
              : "-");
    }
    return table;
  }

  private static String used(Fields amount) {
    return amount.has("limit") ? amount.whole("used") + " of " + amount.whole("limit") : "-";
  }

  private static List<String> trace(Fields trace, Style style) {
    List<String> lines = new ArrayList<>();
    for (Fields request : trace.objects("requests")) {
      lines.add(
          style.bold(
              "request "
                  + request.whole("number")
                  + " of "
                  + printable(request.text("agent"))
                  + " ("
                  + request.whole("agent_id")
                  + ")"));
      for (Fields decision : request.objects("decisions")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "  %8d ms  %-9s  %s",
                decision.whole("at_ms"),
                decision.text("what"),
                printable(decision.text("why"))));
      }
    }
    return lines.isEmpty() ? List.of("no requests yet") : lines;
  }

  private static List<String> usage(Fields usage, Style style) {
    Table table =
        new Table(
            style,
            "DAY",
            "AGENT",
            "MODEL",
            "CALLS",
            "INPUT",
            "CACHED",
            "OUTPUT",
            "THINKING",
            "COST");
    for (Fields day : usage.objects("usage")) {
      table.row(
          day.text("day"),
          printable(day.text("agent")),
          printable(day.text("model")),
          String.valueOf(day.whole("calls")),
          String.valueOf(day.whole("input")),
          String.valueOf(day.whole("cached")),
          String.valueOf(day.whole("output")),
          String.valueOf(day.whole("thinking")),
          dollars(day.number("cost")));
    }
    return table.lines();
  }

  private static String dollars(double amount) {
    return String.format(Locale.ROOT, "$%.4f", amount);
  }

  /** Agents and providers choose these words, and a terminal obeys what is in them. */
  private static String printable(String text) {
    return text.replaceAll("\\p{C}", "?");
  }
}
