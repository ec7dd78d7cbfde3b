// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.term.Units;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An agent that takes more memory than it may have is ended, it alone, and the reason is named. */
final class LeakerScenario implements Scenario {
  private static final String LIMIT = "96M";
  private static final long LIMIT_BYTES = 96L << 20;

  /**
   * Where the host has no cgroup controllers, the kernel looks every few milliseconds, and this
   * agent takes some megabytes in each of them; more where the host is busy.
   */
  private static final int OVERSHOOT_MOST = 3;

  private static final Duration LONGEST = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "leaker";
  }

  @Override
  public String guarantee() {
    return "a memory leak ends the agent that leaks, for that reason";
  }

  @Override
  public List<Check> run(Stage stage, Progress progress) throws IOException {
    Map<String, Object> request = stage.request(name(), "leaker.py");
    request.put("limits", Map.of("memory", LIMIT));
    Fields leaker = stage.spawn(request);
    progress.say("leaking, limit " + LIMIT);
    Fields end = stage.await(leaker, LONGEST);
    List<String> others = endedByMemory(stage, leaker);
    progress.say("ended: " + end.text("exit_reason"));
    return List.of(killed(stage, leaker, end), othersLive(others));
  }

  private Check killed(Stage stage, Fields leaker, Fields end) throws IOException {
    Fields limit = leaker.object("limits").object("memory");
    long held = held(stage.output(leaker));
    String measured =
        "exit reason "
            + end.text("exit_reason")
            + " after "
            + Units.duration(end.object("usage").whole("wall_ms"))
            + ", it held "
            + Units.bytes(held)
            + " of "
            + LIMIT
            + ", by "
            + limit.text("enforced_by");
    boolean holds = end.text("exit_reason").equals("oom") && held <= LIMIT_BYTES * OVERSHOOT_MOST;
    return Check.of(guarantee(), measured, holds)
        .with("exit_reason", end.text("exit_reason"))
        .with("limit_bytes", LIMIT_BYTES)
        .with("held_bytes", held)
        .with("enforced_by", limit.text("enforced_by"));
  }

  /** What it last said to hold: the leak itself, without the interpreter. */
  private static long held(List<String> output) {
    return output.isEmpty() ? 0 : Long.parseLong(output.get(output.size() - 1).split(" ")[0]);
  }

  private static Check othersLive(List<String> victims) {
    String measured =
        victims.isEmpty()
            ? "no other agent ended for it"
            : "also ended: " + String.join(", ", victims);
    return Check.of("nobody else pays for the leak", measured, victims.isEmpty())
        .with("victims", victims);
  }

  /** Agents that ran out of memory, or were ended from outside, while this one leaked. */
  private static List<String> endedByMemory(Stage stage, Fields leaker) throws IOException {
    List<String> names = new ArrayList<>();
    try (KernelClient client = stage.connect()) {
      for (Fields agent : stage.agents(client)) {
        boolean other = agent.whole("id") != leaker.whole("id");
        if (other && agent.text("exit_reason").matches("oom|signalled")) {
          names.add(agent.text("name"));
        }
      }
    }
    return names;
  }
}
