// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An agent that does no harm is served at once, whatever the others do meanwhile. */
final class BystanderScenario implements Scenario {
  /** As long as the loop next door is measured. */
  private static final int SECONDS = 6;

  private static final Duration LONGEST = Duration.ofSeconds(25);
  private static final double P50_MILLIS_MAX = 10;
  private static final double P99_MILLIS_MAX = 250;

  @Override
  public String name() {
    return "bystander";
  }

  @Override
  public String guarantee() {
    return "the kernel answers others at once meanwhile";
  }

  @Override
  public List<Check> run(Stage stage, Progress progress) throws IOException {
    Map<String, Object> request = stage.request(name(), "bystander.py", String.valueOf(SECONDS));
    Fields bystander = stage.spawn(request);
    progress.say("asking for an echo, a hundred times a second");
    Fields end = stage.await(bystander, LONGEST);
    List<String> output = stage.output(bystander);
    if (end.whole("exit_code") != 0 || output.isEmpty()) {
      return List.of(Check.notMeasured(guarantee(), stage.complaint(bystander, end)));
    }
    Fields times = Fields.of(Json.parse(output.get(output.size() - 1)));
    progress.say("done");
    return List.of(check(times));
  }

  private Check check(Fields times) {
    double p50 = times.whole("p50_us") / 1000.0;
    double p99 = times.whole("p99_us") / 1000.0;
    String measured =
        String.format(
            Locale.ROOT,
            "round trip p50 %.2f ms, p99 %.2f ms, of %d",
            p50,
            p99,
            times.whole("calls"));
    return Check.of(guarantee(), measured, p50 <= P50_MILLIS_MAX && p99 <= P99_MILLIS_MAX)
        .with("calls", times.whole("calls"))
        .with("p50_us", times.whole("p50_us"))
        .with("p99_us", times.whole("p99_us"))
        .with("max_us", times.whole("max_us"));
  }
}
