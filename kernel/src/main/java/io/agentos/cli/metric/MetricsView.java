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
    lines.add(
        line(
            "kernel",
            "%s, up %s, %s resident, %s CPU",
            system.text("version"),
            Units.duration(kernel.whole("uptime_ms")),
            Units.bytes(kernel.whole("memory")),
            Units.duration(kernel.whole("cpu_ms"))));
    lines.add(
        line(
            "open",
            "%d connections (%d so far, %d refused), %d of %d descriptors",
            connections.whole("open"),
            connections.whole("accepted"),
            connections.whole("refused"),
            kernel.whole("descriptors"),
            kernel.whole("descriptor_limit")));
    lines.add(
        line(
            "host",
            "%d CPUs, load %.2f, %s of %s memory available",
            host.whole("cpus"),
            host.number("load"),
            Units.bytes(host.whole("memory_available")),
            Units.bytes(host.whole("memory"))));
    lines.add(line("agents", "%s", counts(system.object("agents"))));
    lines.add(line("ended", "%s", counts(system.object("ends"))));
    lines.add(
        line(
            "llm",
            "%d running, %d waiting; %s",
            llm.whole("running"),
            llm.whole("waiting"),
            spent(llm)));
    lines.add(line("refused", "%s", counts(system.object("failures"))));
    lines.add("");
    lines.addAll(calls(system));
    return lines;
  }

  /** The answer of METRICS_AGENT. */
  public List<String> agent(Fields agent) {
    String memoryLimit =
        agent.has("memory_limit") ? ", limit " + Units.bytes(agent.whole("memory_limit")) : "";
    String cpuLimit =
        agent.has("cpu_limit")
            ? ", limit " + Units.amount(agent.number("cpu_limit")) + " cores"
            : "";
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            "agent",
            "%s (%d), %s, up %s, %d restarts",
            agent.text("name"),
            agent.whole("id"),
            agent.text("state"),
            Units.duration(agent.whole("uptime_ms")),
            agent.whole("restarts")));
    lines.add(
        line(
            "memory",
            "%s now, %s at most%s",
            Units.bytes(agent.whole("memory_current")),
            Units.bytes(agent.whole("memory_peak")),
            memoryLimit));
    lines.add(
        line(
            "cpu",
            "%s%s; stood still %s as throttled, %s as paused, %s as it only waited",
            Units.duration(agent.whole("cpu_ms")),
            cpuLimit,
            Units.duration(agent.whole("throttled_ms")),
            Units.duration(agent.whole("paused_ms")),
            Units.duration(agent.whole("waiting_ms"))));
    lines.add(
        line(
            "has",
            "%d processes, %d messages not taken",
            agent.whole("pids"),
            agent.whole("mailbox")));
    lines.add(line("llm", "%s", spent(agent.object("llm"))));
    lines.add(line("refused", "%s", counts(agent.object("failures"))));
    lines.add("");
    lines.addAll(calls(agent));
    return lines;
  }

  private String line(String name, String format, Object... values) {
    return style.bold(String.format("%-8s", name))
        + "  "
        + String.format(Locale.ROOT, format, values);
  }

  private static String spent(Fields share) {
    return String.format(
        Locale.ROOT,
        "%d calls, %d tokens, $%.4f",
        share.whole("calls"),
        share.whole("tokens"),
        share.number("cost"));
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
