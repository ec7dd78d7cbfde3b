// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A limit on what a set of agents spends together, which outlives the kernel.
 *
 * @param agents fits the names of the agents at whose tree's top it counts
 * @param most what may be spent in one period; {@code Long.MAX_VALUE} where nothing is said
 */
public record BudgetRule(String name, Pattern agents, Period period, Amount most) {
  /** What a budget is for; both begin by UTC. */
  public enum Period {
    DAY,
    MONTH,
    TOTAL;

    /** Names the period that a moment falls in. */
    String of(long epochMillis) {
      String day =
          Instant.ofEpochMilli(epochMillis).atOffset(ZoneOffset.UTC).toLocalDate().toString();
      return switch (this) {
        case DAY -> day;
        case MONTH -> day.substring(0, "yyyy-mm".length());
        case TOTAL -> "total";
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
