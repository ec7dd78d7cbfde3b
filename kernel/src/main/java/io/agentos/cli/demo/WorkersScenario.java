// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ten agents share the language model and write to each other. */
final class WorkersScenario implements Scenario {
  private static final int WORKERS = 10;
  private static final int MESSAGES_TO_EACH = 5;
  private static final int SECONDS = 4;
  private static final Duration LONGEST = Duration.ofSeconds(40);
  private static final double LEAST_JAIN = 0.9;
  private static final int LANES = 2;
  private static final int WORDS = 4;

  /** The first ones ask twice as much at once, in longer questions. */
  private static final int GREEDY = 2;

  private static final int GREEDY_LANES = 4;
  private static final int GREEDY_WORDS = 40;

  private final boolean someGreedy;

  /**
   * The scenario.
   *
   * @param someGreedy whether some ask for more than others: only where the model is slow enough
   *     that all wait for it can a scheduler even that out
   */
  WorkersScenario(boolean someGreedy) {
    this.someGreedy = someGreedy;
  }

  @Override
  public String name() {
    return "workers";
  }

  @Override
  public String guarantee() {
    return "ten agents share the model fairly and lose no message";
  }

  @Override
  public List<Check> run(Stage stage, Progress progress) throws IOException {
    List<Fields> workers = start(stage, progress);
    for (Fields worker : workers) {
      go(stage, worker);
    }
    progress.say("thinking, and writing to each other");
    List<WorkerReport> reports = new ArrayList<>();
    for (Fields worker : workers) {
      Fields end = stage.await(worker, LONGEST);
      if (end.whole("exit_code") != 0) {
        throw new IOException(stage.complaint(worker, end));
      }
      reports.add(WorkerReport.of(stage.output(worker)));
    }
    progress.say("done");
    return List.of(answered(reports), fairness(reports), mail(reports));
  }

  private List<Fields> start(Stage stage, Progress progress) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= WORKERS; i++) {
      names.add(String.format(Locale.ROOT, "%s-%02d", name(), i));
    }
    List<Fields> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      progress.say("starting " + names.get(i));
      workers.add(stage.spawn(stage.request(names.get(i), "worker.py", order(stage, names, i))));
    }
    return workers;
  }

  private String order(Stage stage, List<String> names, int index) {
    List<String> peers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (i != index) {
        peers.add(stage.agentName(names.get(i)));
      }
    }
    boolean greedy = someGreedy && index < GREEDY;
    Map<String, Object> order = new LinkedHashMap<>();
    order.put("peers", peers);
    order.put("messages", MESSAGES_TO_EACH);
    order.put("seconds", SECONDS);
    order.put("lanes", greedy ? GREEDY_LANES : LANES);
    order.put("words", greedy ? GREEDY_WORDS : WORDS);
    return Json.text(order);
  }

  private static void go(Stage stage, Fields worker) throws IOException {
    try (KernelClient client = stage.connect()) {
      client.call(Op.SEND, Map.of("to", worker.whole("id"), "message", Map.of("go", true)));
    }
  }

  private static long sum(List<WorkerReport> reports, String field) {
    long sum = 0;
    for (WorkerReport report : reports) {
      sum += report.counts().whole(field);
    }
    return sum;
  }

  private static Check answered(List<WorkerReport> reports) {
    long asked = sum(reports, "asked");
    long answered = sum(reports, "answered");
    boolean all = true;
    for (WorkerReport report : reports) {
      all &= report.counts().whole("asked") == report.counts().whole("answered");
      all &= !report.answers().isEmpty();
    }
    String measured = answered + " of " + asked + " THINK calls of " + WORKERS + " agents answered";
    return Check.of("every agent's calls are answered", measured, all)
        .with("asked", asked)
        .with("answered", answered);
  }

  /** Over the time in which all were at it: nobody's late start or early end counts. */
  private Check fairness(List<WorkerReport> reports) {
    double begin = Double.NEGATIVE_INFINITY;
    double end = Double.POSITIVE_INFINITY;
    for (WorkerReport report : reports) {
      begin = Math.max(begin, report.firstAnswer());
      end = Math.min(end, report.lastAnswer());
    }
    List<Long> tokens = new ArrayList<>();
    for (WorkerReport report : reports) {
      tokens.add(report.tokensWithin(begin, end));
    }
    double jain = Fairness.jain(tokens);
    String demand = someGreedy ? GREEDY + " of them asking twice as much" : "all asking the same";
    String measured =
        String.format(
            Locale.ROOT,
            "Jain index %.3f of tokens over %.1f s, %s",
            jain,
            Math.max(0, end - begin),
            demand);
    return Check.of("no agent starves another of the model", measured, jain >= LEAST_JAIN)
        .with("jain", jain)
        .with("tokens", tokens)
        .with("window_ms", Math.round(Math.max(0, end - begin) * 1000));
  }

  private static Check mail(List<WorkerReport> reports) {
    long sent = sum(reports, "sent");
    long received = sum(reports, "received");
    long wrong = sum(reports, "missing") + sum(reports, "repeated") + sum(reports, "unexpected");
    boolean holds = wrong == 0 && received == sent && sent > 0;
    String measured =
        received
            + " of "
            + sent
            + " messages received, "
            + sum(reports, "repeated")
            + " twice, "
            + sum(reports, "unexpected")
            + " from a wrong sender";
    return Check.of("each message arrives exactly once", measured, holds)
        .with("sent", sent)
        .with("received", received)
        .with("missing", sum(reports, "missing"))
        .with("repeated", sum(reports, "repeated"))
        .with("unexpected", sum(reports, "unexpected"));
  }
}
