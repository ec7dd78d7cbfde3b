// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.term.Units;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An agent that spins for ever gets its share of the CPU and no more. */
final class LooperScenario implements Scenario {
  private static final double CAP_CORES = 0.25;
  private static final double TOLERANCE = 0.2;
  private static final Duration WINDOW = Duration.ofSeconds(6);

  /** A busy host may starve it for a while; its share is then taken over a longer time. */
  private static final Duration LONGEST_WINDOW = Duration.ofSeconds(18);

  private static final int STEP_MILLIS = 250;

  @Override
  public String name() {
    return "looper";
  }

  @Override
  public String guarantee() {
    return "an endless loop gets its CPU share and no more";
  }

  @Override
  public List<Check> run(Stage stage, Progress progress) throws IOException, InterruptedException {
    Map<String, Object> request = stage.request(name(), "looper.py");
    request.put("limits", Map.of("cpu", CAP_CORES));
    Fields looper = stage.spawn(request);
    long pid = looper.whole("pid");
    long begun = System.nanoTime();
    Duration before = ProcessTime.of(pid);
    while (true) {
      Thread.sleep(STEP_MILLIS);
      Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
      Duration used = ProcessTime.of(pid).minus(before);
      double share = (double) used.toMillis() / elapsed.toMillis();
      boolean holds = Math.abs(share - CAP_CORES) <= CAP_CORES * TOLERANCE;
      progress.say(percent(share) + " of a core, cap " + percent(CAP_CORES));
      if (elapsed.compareTo(LONGEST_WINDOW) > 0 || (holds && elapsed.compareTo(WINDOW) >= 0)) {
        stage.kill(looper);
        return List.of(check(looper, share, elapsed, holds));
      }
    }
  }

  private Check check(Fields looper, double share, Duration elapsed, boolean holds) {
    Fields limit = looper.object("limits").object("cpu");
    String measured =
        percent(share)
            + " of a core over "
            + Units.duration(elapsed.toMillis())
            + ", cap "
            + percent(CAP_CORES)
            + ", by "
            + limit.text("enforced_by");
    return Check.of(guarantee(), measured, holds)
        .with("cap_cores", CAP_CORES)
        .with("share_cores", share)
        .with("window_ms", elapsed.toMillis())
        .with("enforced_by", limit.text("enforced_by"));
  }

  private static String percent(double cores) {
    return String.format(Locale.ROOT, "%.1f%%", cores * 100);
  }
}
