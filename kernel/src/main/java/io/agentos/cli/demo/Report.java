// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.term.Style;
import io.agentos.cli.term.Table;
import io.agentos.cli.term.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outcome of a demonstration.
 *
 * @param checks by scenario
 */
public record Report(Map<String, List<Check>> checks, long elapsedMillis) {
  /** What the table of attempts needs beside the details. */
  private static final int OTHER_COLUMNS = 47;

  private static final int LEAST_DETAIL = 20;

  /** Whether every promise was measured to hold. */
  public boolean holds() {
    return !checks.isEmpty()
        && checks.values().stream().allMatch(all -> all.stream().allMatch(Check::holds));
  }

  /**
   * The table of verdicts, what the attacker tried, and a last line that sums it up.
   *
   * @param columns how long lines may be where they can be cut
   */
  public List<String> lines(Style style, int columns) {
    Table table = new Table(style, "VERDICT", "SCENARIO", "GUARANTEE, AND WHAT WAS MEASURED");
    checks.forEach(
        (scenario, all) -> {
          for (Check check : all) {
            String verdict = check.holds() ? style.good("holds") : style.bad("BROKEN");
            table.row(verdict, scenario, check.guarantee());
            table.row("", "", style.dim(check.measured()));
          }
        });
    List<String> lines = new ArrayList<>(table.lines());
    addAttempts(lines, style, Math.max(LEAST_DETAIL, columns - OTHER_COLUMNS));
    long broken = checks.values().stream().flatMap(List::stream).filter(c -> !c.holds()).count();
    long total = checks.values().stream().mapToLong(List::size).sum();
    String sum =
        broken == 0
            ? style.good("All " + total + " guarantees were measured to hold")
            : style.bad(broken + " of " + total + " guarantees were not measured to hold");
    lines.add("");
    lines.add(sum + style.dim(" (" + Units.duration(elapsedMillis) + ")"));
    return lines;
  }

  /** What the attacker tried, one by one. */
  private void addAttempts(List<String> lines, Style style, int width) {
    for (List<Check> all : checks.values()) {
      for (Check check : all) {
        if (check.details().get("attempts") instanceof List<?> attempts) {
          lines.add("");
          lines.addAll(table(attempts, style, width).lines());
        }
      }
    }
  }

  private static Table table(List<?> attempts, Style style, int width) {
    Table table = new Table(style, "ATTEMPT", "OUTCOME", "OUTSIDE", "DETAIL");
    for (Object one : attempts) {
      Fields attempt = Fields.of(one);
      boolean denied = attempt.text("outcome").equals("denied");
      table.row(
          attempt.text("attempt"),
          denied ? style.good("denied") : style.bad(attempt.text("outcome")),
          attempt.text("without_sandbox").isEmpty() ? "-" : attempt.text("without_sandbox"),
          style.dim(cut(attempt.text("detail"), width)));
    }
    return table;
  }

  /** The whole of it is in the JSON. */
  private static String cut(String detail, int width) {
    return detail.length() <= width ? detail : detail.substring(0, width - 3) + "...";
  }

  /** One JSON object. */
  public String json() {
    List<Object> all = new ArrayList<>();
    checks.forEach((scenario, some) -> some.forEach(check -> all.add(check.json(scenario))));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("success", holds());
    fields.put("elapsed_ms", elapsedMillis);
    fields.put("checks", all);
    return Json.text(fields);
  }
}
