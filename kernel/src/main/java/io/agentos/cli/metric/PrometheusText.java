// SPDX-License-Identifier: MIT
package io.agentos.cli.metric;

import io.agentos.cli.client.Fields;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Metrics in Prometheus' text format, such as its node exporter's textfile collector reads: base
 * units, and names as its guide asks for.
 */
public final class PrometheusText {
  private final MetricSnapshots.Builder families = MetricSnapshots.builder();

  private PrometheusText() {}

  /** Takes what is measured; labels are names and values in turn. */
  private interface Points {
    void add(double value, String... labels);
  }

  /**
   * Writes all there is.
   *
   * @param system the answer of METRICS_SYSTEM
   * @param agents that of METRICS_ALL
   */
  public static void write(Fields system, Fields agents, OutputStream out) throws IOException {
    PrometheusText text = new PrometheusText();
    text.kernel(system);
    text.calls(system);
    text.llm(system.object("llm"));
    text.agents(agents.objects("agents"));
    PrometheusTextFormatWriter.create().write(out, text.families.build());
  }

  private void kernel(Fields system) {
    Fields kernel = system.object("kernel");
    gauge(
        "agentos_info", "Which kernel this is.", p -> p.add(1, "version", system.text("version")));
    gauge("agentos_uptime_seconds", "Since it started.", p -> p.add(seconds(kernel, "uptime_ms")));
    gauge("agentos_resident_memory_bytes", "The kernel's.", p -> p.add(kernel.number("memory")));
    counter("agentos_cpu_seconds", "The kernel's own.", p -> p.add(seconds(kernel, "cpu_ms")));
    gauge("agentos_descriptors", "That it has open.", p -> p.add(kernel.number("descriptors")));
    gauge(
        "agentos_descriptors_max",
        "That it may open.",
        p -> p.add(kernel.number("descriptor_limit")));
    Fields connections = system.object("connections");
    gauge("agentos_connections", "Of clients, now.", p -> p.add(connections.number("open")));
    counter(
        "agentos_connections_accepted",
        "Of clients, ever.",
        p -> p.add(connections.number("accepted")));
    counter(
        "agentos_connections_refused",
        "Of clients that may not come in.",
        p -> p.add(connections.number("refused")));
    gauge("agentos_agents", "By their state.", each(system.object("agents"), "state"));
    counter(
        "agentos_agent_ends",
        "How many runs of agents ended, and why.",
        each(system.object("ends"), "reason"));
    counter("agentos_events", "What happened, by its type.", each(system.object("events"), "type"));
    counter(
        "agentos_call_failures",
        "System calls that were refused or failed.",
        each(system.object("failures"), "code"));
  }

  private void calls(Fields system) {
    List<Fields> calls = system.objects("calls");
    gauge("agentos_calls_under_way", "Not answered yet.", each(calls, "call", "under_way"));
    counter("agentos_calls_abandoned", "Nobody waited for.", each(calls, "call", "abandoned"));
    List<Double> bounds = new ArrayList<>();
    numbers(system, "bounds_ms").forEach(bound -> bounds.add(bound.doubleValue() / 1000));
    bounds.add(Double.POSITIVE_INFINITY);
    HistogramSnapshot.Builder durations =
        HistogramSnapshot.builder()
            .name("agentos_call_duration_seconds")
            .help("From a request to its answer.");
    for (Fields call : calls) {
      HistogramSnapshot.HistogramDataPointSnapshot.Builder point =
          HistogramSnapshot.HistogramDataPointSnapshot.builder();
      point.classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, numbers(call, "within")));
      point.sum(seconds(call, "total_ms"));
      durations.dataPoint(point.labels(Labels.of("call", call.text("call"))).build());
    }
    families.metricSnapshot(durations.build());
  }

  private void llm(Fields llm) {
    gauge("agentos_llm_running", "Requests at providers.", p -> p.add(llm.number("running")));
    gauge("agentos_llm_waiting", "Requests in line.", p -> p.add(llm.number("waiting")));
    counter("agentos_llm_calls", "Requests that were paid.", p -> p.add(llm.number("calls")));
    counter("agentos_llm_tokens", "That they cost.", p -> p.add(llm.number("tokens")));
    counter("agentos_llm_cost_dollars", "That they cost.", p -> p.add(llm.number("cost")));
    counter(
        "agentos_llm_service_deaths",
        "How often the service died.",
        p -> p.add(llm.number("service_deaths")));
    for (String outcome : List.of("answered", "failed", "retried", "rerouted")) {
      counter(
          "agentos_model_" + outcome,
          "Requests of that end, by model.",
          each(llm.objects("models"), "model", outcome));
    }
  }

  private void agents(List<Fields> agents) {
    ofAgents(agents, "agentos_agent_memory_bytes", "Now.", a -> a.number("memory_current"));
    ofAgents(agents, "agentos_agent_processes", "Now.", a -> a.number("pids"));
    ofAgents(agents, "agentos_agent_mailbox", "Messages not taken.", a -> a.number("mailbox"));
    ofAgents(agents, "agentos_agent_uptime_seconds", "Of this run.", a -> seconds(a, "uptime_ms"));
    counter("agentos_agent_cpu_seconds", "Of this run.", points(agents, a -> seconds(a, "cpu_ms")));
    counter(
        "agentos_agent_throttled_seconds",
        "Stood still for its share of the CPU, in this run.",
        points(agents, a -> seconds(a, "throttled_ms")));
    counter("agentos_agent_restarts", "By its policy.", points(agents, a -> a.number("restarts")));
    counter(
        "agentos_agent_llm_tokens",
        "With what those below it spent.",
        points(agents, a -> a.object("llm").number("tokens")));
    counter(
        "agentos_agent_llm_cost_dollars",
        "With what those below it spent.",
        points(agents, a -> a.object("llm").number("cost")));
    counter(
        "agentos_agent_calls",
        "System calls that it made.",
        p ->
            agents.forEach(
                agent ->
                    agent
                        .objects("calls")
                        .forEach(
                            call ->
                                p.add(
                                    call.number("ended"),
                                    "agent",
                                    agent.text("name"),
                                    "id",
                                    id(agent),
                                    "call",
                                    call.text("call")))));
  }

  private void ofAgents(
      List<Fields> agents, String name, String help, ToDoubleFunction<Fields> value) {
    gauge(name, help, points(agents, value));
  }

  private static Consumer<Points> points(List<Fields> agents, ToDoubleFunction<Fields> value) {
    return p ->
        agents.forEach(
            agent ->
                p.add(value.applyAsDouble(agent), "agent", agent.text("name"), "id", id(agent)));
  }

  private static String id(Fields agent) {
    return String.valueOf(agent.whole("id"));
  }

  /** Each field of an object, its name as the label. */
  private static Consumer<Points> each(Fields counts, String label) {
    return p -> counts.map().keySet().forEach(name -> p.add(counts.number(name), label, name));
  }

  private static Consumer<Points> each(List<Fields> rows, String label, String field) {
    return p -> rows.forEach(row -> p.add(row.number(field), label, row.text(label)));
  }

  private void gauge(String name, String help, Consumer<Points> points) {
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
    points.accept(
        (value, labels) ->
            family.dataPoint(
                GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .value(value)
                    .labels(Labels.of(labels))
                    .build()));
    families.metricSnapshot(family.build());
  }

  /** The format adds {@code _total} to its name. */
  private void counter(String name, String help, Consumer<Points> points) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
    points.accept(
        (value, labels) ->
            family.dataPoint(
                CounterSnapshot.CounterDataPointSnapshot.builder()
                    .value(value)
                    .labels(Labels.of(labels))
                    .build()));
    families.metricSnapshot(family.build());
  }

  private static double seconds(Fields fields, String name) {
    return fields.number(name) / 1000;
  }

  private static List<Number> numbers(Fields fields, String name) {
    List<Number> numbers = new ArrayList<>();
    if (fields.map().get(name) instanceof List<?> items) {
      for (Object item : items) {
        numbers.add((Number) item);
      }
    }
    return numbers;
  }
}
