// SPDX-License-Identifier: MIT
package io.agentos.cli.metric;

import io.agentos.cli.client.Fields;
import io.agentos.cli.term.Style;
import io.agentos.cli.term.Table;
import io.agentos.cli.term.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Metrics as people read them. */
public final class MetricsView {
  private final Style style;

  public MetricsView(Style style) {
    this.style = style;
  }

  /** The answer of METRICS_SYSTEM. */
  public List<String> system(Fields system) {
    Fields kernel = system.object("kernel");
    Fields host = system.object("host");
    Fields connections = system.object("connections");
    Fields llm = system.object("llm");
    List<String> lines = new ArrayList<>();
    line(
        lines,
        "kernel",
        system.text("version")
            + ", up "
            + Units.duration(kernel.whole("uptime_ms"))
            + ", "
            + Units.bytes(kernel.whole("memory"))
            + " resident, "
            + Units.duration(kernel.whole("cpu_ms"))
            + " CPU");
    line(
        lines,
        "open",
        connections.whole("open")
            + " connections ("
            + connections.whole("accepted")
            + " so far, "
            + connections.whole("refused")
            + " refused), "
            + kernel.whole("descriptors")
            + " of "
            + kernel.whole("descriptor_limit")
            + " descriptors");
    line(
        lines,
        "host",
        host.whole("cpus")
            + " CPUs, load "
            + Units.amount(host.number("load"))
            + ", "
            + Units.bytes(host.whole("memory_available"))
            + " of "
            + Units.bytes(host.whole("memory"))
            + " memory available");
    line(lines, "agents", counts(system.object("agents")));
    line(lines, "ended", counts(system.object("ends")));
    line(
        lines,
        "llm",
        llm.whole("running")
            + " running, "
            + llm.whole("waiting")
            + " waiting; "
            + llm.whole("calls")
            + " calls, "
            + llm.whole("tokens")
            + " tokens, "
            + String.format(Locale.ROOT, "$%.4f", llm.number("cost")));
    line(lines, "refused", counts(system.object("failures")));
    lines.add("");
    lines.addAll(calls(system));
    return lines;
  }

  /** The answer of METRICS_AGENT. */
  public List<String> agent(Fields agent) {
    Fields llm = agent.object("llm");
    List<String> lines = new ArrayList<>();
    line(
        lines,
        "agent",
        agent.text("name")
            + " ("
            + agent.whole("id")
            + "), "
            + agent.text("state")
            + ", up "
            + Units.duration(agent.whole("uptime_ms"))
            + ", "
            + agent.whole("restarts")
            + " restarts");
    line(
        lines,
        "memory",
        Units.bytes(agent.whole("memory_current"))
            + " now, "
            + Units.bytes(agent.whole("memory_peak"))
            + " at most"
            + (agent.has("memory_limit")
                ? ", limit " + Units.bytes(agent.whole("memory_limit"))
                : ""));
    line(
        lines,
        "cpu",
        Units.duration(agent.whole("cpu_ms"))
            + (agent.has("cpu_limit")
                ? ", limit " + Units.amount(agent.number("cpu_limit")) + " cores"
                : "")
            + ", throttled for "
            + Units.duration(agent.whole("throttled_ms"))
            + ", paused for "
            + Units.duration(agent.whole("paused_ms"))
            + ", frozen while waiting for "
            + Units.duration(agent.whole("waiting_ms")));
    line(
        lines,
        "has",
        agent.whole("pids") + " processes, " + agent.whole("mailbox") + " messages not taken");
    line(
        lines,
        "llm",
        llm.whole("calls")
            + " calls, "
            + llm.whole("tokens")
            + " tokens, "
            + String.format(Locale.ROOT, "$%.4f", llm.number("cost")));
    line(lines, "refused", counts(agent.object("failures")));
    lines.add("");
    lines.addAll(calls(agent));
    return lines;
  }

  private void line(List<String> lines, String name, String text) {
    lines.add(style.bold(String.format("%-8s", name)) + "  " + text);
  }

  private static String counts(Fields counts) {
    String text =
        counts.map().keySet().stream()
            .filter(name -> counts.whole(name) > 0)
            .map(name -> counts.whole(name) + " " + name)
            .collect(Collectors.joining(", "));
    return text.isEmpty() ? "none" : text;
  }

  private List<String> calls(Fields metrics) {
    List<Double> bounds = new ArrayList<>();
    if (metrics.map().get("bounds_ms") instanceof List<?> items) {
      items.forEach(item -> bounds.add(((Number) item).doubleValue()));
    }
    Table table =
        new Table(
            style,
            "CALL",
            "UNDER WAY",
            "ENDED",
            "FAILED",
            "GIVEN UP",
            "MEAN",
            "HALF",
            "99%",
            "LONGEST");
    for (Fields call : metrics.objects("calls")) {
      long ended = call.whole("ended");
      table.row(
          call.text("call"),
          String.valueOf(call.whole("under_way")),
          String.valueOf(ended),
          String.valueOf(call.whole("failed")),
          String.valueOf(call.whole("abandoned")),
          millis(ended == 0 ? 0 : call.number("total_ms") / ended),
          within(call, bounds, 0.5),
          within(call, bounds, 0.99),
          millis(call.number("longest_ms")));
    }
    return table.lines();
  }

  /** By when that part of the calls had ended: the bound of the bucket that the last fell into. */
  private static String within(Fields call, List<Double> bounds, double part) {
    long seen = 0;
    List<?> buckets = call.map().get("within") instanceof List<?> list ? list : List.of();
    for (int i = 0; i < buckets.size(); i++) {
      seen += ((Number) buckets.get(i)).longValue();
      if (seen > 0 && seen >= part * call.whole("ended")) {
        return i < bounds.size()
            ? "< " + millis(bounds.get(i))
            : "> " + millis(bounds.get(bounds.size() - 1));
      }
    }
    return "-";
  }

  private static String millis(double millis) {
    return millis >= 1000 ? Units.duration(Math.round(millis)) : Units.amount(millis) + "ms";
  }
}
