// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.KernelClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs all scenarios at once on one kernel, shows how it goes, and gathers what was measured. */
public final class Demo {
  private static final Duration LONGEST = Duration.ofSeconds(50);
  private static final int FRAME_MILLIS = 250;
  private static final int STOP_SECONDS_LONGEST = 3;

  private final Stage stage;
  private final Board board;
  private final Map<Scenario, Progress> scenarios = new LinkedHashMap<>();
  private final CountDownLatch cancelled = new CountDownLatch(1);

  Demo(Stage stage, Board board, List<Scenario> all) {
    this.stage = stage;
    this.board = board;
    all.forEach(scenario -> scenarios.put(scenario, new Progress()));
  }

  /** Makes {@link #run()} end soon; from any thread. */
  public void cancel() {
    cancelled.countDown();
  }

  /** What was measured, by scenario; empty when it was cancelled. */
  public Map<String, List<Check>> run() throws IOException, InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(scenarios.size(), Demo::daemon);
    Map<Scenario, Future<List<Check>>> running = new LinkedHashMap<>();
    scenarios.forEach(
        (scenario, progress) ->
            running.put(scenario, threads.submit(() -> scenario.run(stage, progress))));
    try {
      boolean finished = watch(running.values());
      return finished ? gather(running) : Map.of();
    } finally {
      threads.shutdownNow();
      // Interrupted, they give up their calls; one that did not could start another agent.
      if (!threads.awaitTermination(STOP_SECONDS_LONGEST, TimeUnit.SECONDS)) {
        board.note("a scenario goes on; `agentos ps` shows whether it left an agent");
      }
      stage.clear();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "scenario");
    thread.setDaemon(true);
    return thread;
  }

  /** False when it was cancelled. */
  private boolean watch(Iterable<Future<List<Check>>> running)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    try (KernelClient client = stage.connect()) {
      while (true) {
        long elapsed = (System.nanoTime() - begun) / 1_000_000;
        board.show(scenarios, stage.agents(client), elapsed);
        if (allDone(running) || elapsed > LONGEST.toMillis()) {
          board.done();
          return true;
        }
        if (cancelled.await(FRAME_MILLIS, TimeUnit.MILLISECONDS)) {
          board.done();
          return false;
        }
      }
    }
  }

  private static boolean allDone(Iterable<Future<List<Check>>> running) {
    for (Future<List<Check>> one : running) {
      if (!one.isDone()) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, List<Check>> gather(Map<Scenario, Future<List<Check>>> running)
      throws InterruptedException {
    Map<String, List<Check>> checks = new LinkedHashMap<>();
    for (Map.Entry<Scenario, Future<List<Check>>> entry : running.entrySet()) {
      Scenario scenario = entry.getKey();
      checks.put(scenario.name(), new ArrayList<>(result(scenario, entry.getValue())));
    }
    return checks;
  }

  private static List<Check> result(Scenario scenario, Future<List<Check>> future)
      throws InterruptedException {
    if (!future.isDone()) {
      String why = "it did not end within " + LONGEST.toSeconds() + " s";
      return List.of(Check.notMeasured(scenario.guarantee(), why));
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String why =
          cause instanceof IOException
              ? String.valueOf(cause.getMessage())
              : "this is a bug: " + cause;
      return List.of(Check.notMeasured(scenario.guarantee(), why));
    }
  }
}
