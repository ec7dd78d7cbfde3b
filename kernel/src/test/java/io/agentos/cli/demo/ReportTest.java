// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.term.Style;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final Check HOLDS = Check.of("it is capped", "24% of 25%", true);
  private static final Check BROKEN = Check.notMeasured("it is fair", "nobody came");

  private static Report report(Check... checks) {
    Map<String, List<Check>> byScenario = new LinkedHashMap<>();
    byScenario.put("story", List.of(checks));
    return new Report(byScenario, 1500);
  }

  @Test
  void holdsOnlyIfEveryCheckDoes() {
    assertThat(report(HOLDS).holds()).isTrue();
    assertThat(report(HOLDS, BROKEN).holds()).isFalse();
  }

  @Test
  void isNoPass_whenNothingWasMeasured() {
    assertThat(new Report(Map.of(), 0).holds()).isFalse();
  }

  @Test
  void showsEachVerdictAndTheSum() {
    assertThat(report(HOLDS, BROKEN).lines(Style.PLAIN, 120))
        .contains(
            "holds    story     it is capped",
            "                   24% of 25%",
            "BROKEN   story     it is fair",
            "                   not measured: nobody came",
            "1 of 2 guarantees were not measured to hold (1.5s)");
  }

  @Test
  void listsTheAttemptsOfTheAttacker_cutToTheWidth() {
    Map<String, Object> attempt = new LinkedHashMap<>();
    attempt.put("attempt", "become root");
    attempt.put("outcome", "denied");
    attempt.put("detail", "x".repeat(200));
    Check check = Check.of("nothing is reached", "all denied", true);
    check.with("attempts", List.of(attempt));

    assertThat(report(check).lines(Style.PLAIN, 80))
        .contains("become root  denied   -        " + "x".repeat(30) + "...");
  }

  @Test
  void givesEverythingAsOneJsonObject() throws IOException {
    Check check = Check.of("it is capped", "24%", true).with("share_cores", 0.24);

    Fields json = Fields.of(Json.parse(report(check).json()));

    assertThat(json.flag("success")).isTrue();
    assertThat(json.whole("elapsed_ms")).isEqualTo(1500);
    Fields only = json.objects("checks").get(0);
    assertThat(only.text("scenario")).isEqualTo("story");
    assertThat(only.text("guarantee")).isEqualTo("it is capped");
    assertThat(only.flag("holds")).isTrue();
    assertThat(only.object("details").number("share_cores")).isEqualTo(0.24);
  }
}
