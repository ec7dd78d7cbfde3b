// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An agent that always fails is started again, each time later, and then given up. */
final class CrasherScenario implements Scenario {
  private static final int MOST_RESTARTS = 3;
  private static final long FIRST_BACKOFF_MILLIS = 100;

  /** Log entries carry whole milliseconds of a clock that is read a little after the fact. */
  private static final long CLOCK_SLACK_MILLIS = 10;

  private static final Duration LONGEST = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "crasher";
  }

  @Override
  public String guarantee() {
    return "a crash is restarted with backoff, then given up";
  }

  @Override
  public List<Check> run(Stage stage, Progress progress) throws IOException {
    Map<String, Object> request = stage.request(name(), "crasher.py");
    request.put("restart_policy", "on-failure");
    request.put("max_restarts", MOST_RESTARTS);
    Fields crasher = stage.spawn(request);
    progress.say("crashing and coming back");
    Fields end = stage.await(crasher, LONGEST);
    progress.say("given up: " + end.text("state"));
    return List.of(check(end, pauses(stage.log(crasher))));
  }

  private Check check(Fields end, List<Long> pauses) {
    boolean backedOff = pauses.size() == MOST_RESTARTS;
    for (int i = 0; i < pauses.size(); i++) {
      backedOff &= pauses.get(i) >= (FIRST_BACKOFF_MILLIS << i) - CLOCK_SLACK_MILLIS;
    }
    boolean givenUp = end.text("state").equals("failed") && end.whole("restarts") == MOST_RESTARTS;
    String measured =
        end.whole("restarts")
            + " restarts, "
            + pauses
            + " ms after each crash, then state "
            + end.text("state");
    return Check.of(guarantee(), measured, givenUp && backedOff)
        .with("restarts", end.whole("restarts"))
        .with("state", end.text("state"))
        .with("pauses_ms", pauses);
  }

  /** Milliseconds from each remark of the kernel on the agent's end to its next start. */
  private static List<Long> pauses(List<Fields> log) {
    List<Long> pauses = new ArrayList<>();
    long ended = -1;
    for (Fields entry : log) {
      if (entry.text("stream").equals("kernel")) {
        ended = entry.whole("time");
      } else if (entry.text("line").equals("started") && ended >= 0) {
        pauses.add(entry.whole("time") - ended);
      }
    }
    return pauses;
  }
}
