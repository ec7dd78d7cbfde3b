// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.agentos.kernel.llm.Amount;
import io.agentos.kernel.llm.BudgetRule;
import io.agentos.kernel.llm.Price;
import io.agentos.kernel.llm.RateLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what {@code [scheduler]} says of single models, and of budgets. */
final class SchedulerConfig {
  static final String LIMITS = "scheduler.limits";
  static final String PRICES = "scheduler.prices";
  static final String FALLBACK = "scheduler.fallback";
  static final String BUDGETS = "scheduler.budgets";

  /**
   * Prices that were looked up at their providers' when this was made; the file may name others.
   */
  private static final String KNOWN_PRICES = "/llm-prices.toml";

  private static final int MOST = 256;
  private static final Pattern BUDGET = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Pattern AGENTS = Pattern.compile("[A-Za-z0-9_.*-]{1,64}");
  private static final Pattern MODEL = Pattern.compile("[^/]+/.+");
  private static final double MOST_DOLLARS = 1e9;
  private static final Set<String> LIMIT_FIELDS =
      Set.of(
          "requests_per_minute",
          "tokens_per_minute",
          "requests_per_day",
          "tokens_per_day",
          "concurrency");
  private static final Set<String> PRICE_FIELDS = Set.of("input", "output", "cached", "as_of");
  private static final Set<String> BUDGET_FIELDS =
      Set.of("agents", "per", "max_tokens", "max_calls", "max_cost");

  private final String key;
  private final JsonNode table;

  private SchedulerConfig(String key, JsonNode table) {
    this.key = key;
    this.table = table;
  }

  /** {@code [scheduler.limits."gemini"]} and {@code [scheduler.limits."gemini/MODEL"]}. */
  static Map<String, RateLimits> limits(JsonNode tables) throws BootException {
    Map<String, RateLimits> limits = new HashMap<>();
    for (SchedulerConfig one : tables(LIMITS, tables, LIMIT_FIELDS)) {
      limits.put(
          one.name(),
          new RateLimits(
              one.limit("requests_per_minute"),
              one.limit("tokens_per_minute"),
              one.limit("requests_per_day"),
              one.limit("tokens_per_day"),
              one.limit("concurrency")));
    }
    return limits;
  }

  /** {@code [scheduler.prices."gemini/MODEL"]}, in US dollars for a million tokens. */
  static Map<String, Price> prices(JsonNode tables) throws IOException {
    Map<String, Price> prices = new HashMap<>();
    for (SchedulerConfig one : tables(PRICES, known(), PRICE_FIELDS)) {
      prices.put(one.name(), one.price());
    }
    for (SchedulerConfig one : tables(PRICES, tables, PRICE_FIELDS)) {
      prices.put(one.name(), one.price());
    }
    return prices;
  }

  private static JsonNode known() throws IOException {
    try (InputStream in = SchedulerConfig.class.getResourceAsStream(KNOWN_PRICES)) {
      return new TomlMapper().readTree(Objects.requireNonNull(in, KNOWN_PRICES));
    }
  }

  /** {@code [scheduler.fallback]}: {@code "gemini/MODEL" = ["openai/MODEL", ...]}. */
  static Map<String, List<String>> fallbacks(JsonNode table) throws BootException {
    Map<String, List<String>> fallbacks = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : table.properties()) {
      String key = FALLBACK + ".\"" + entry.getKey() + "\"";
      List<String> models = new ArrayList<>();
      entry.getValue().forEach(model -> models.add(model.asText()));
      boolean named = MODEL.matcher(entry.getKey()).matches();
      if (!named || models.isEmpty() || !models.stream().allMatch(MODEL.asMatchPredicate())) {
        throw new BootException(
            key + " must be a list of models, each written provider/model, as its name is");
      }
      fallbacks.put(entry.getKey(), List.copyOf(models));
    }
    return fallbacks;
  }

  /** {@code [scheduler.budgets.NAME]}. */
  static List<BudgetRule> budgets(JsonNode tables) throws BootException {
    List<BudgetRule> budgets = new ArrayList<>();
    for (SchedulerConfig one : tables(BUDGETS, tables, BUDGET_FIELDS)) {
      budgets.add(one.budget());
    }
    return List.copyOf(budgets);
  }

  private static List<SchedulerConfig> tables(String key, JsonNode tables, Set<String> fields)
      throws BootException {
    if (!tables.isMissingNode() && (!tables.isObject() || tables.size() > MOST)) {
      throw new BootException(key + " must hold up to " + MOST + " tables");
    }
    List<SchedulerConfig> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      SchedulerConfig one = new SchedulerConfig(key + "." + entry.getKey(), entry.getValue());
      one.check(fields);
      found.add(one);
    }
    return found;
  }

  private void check(Set<String> fields) throws BootException {
    if (!table.isObject()) {
      throw wrong("must be a table");
    }
    for (Map.Entry<String, JsonNode> field : table.properties()) {
      if (!fields.contains(field.getKey())) {
        throw wrong(
            "has no field " + field.getKey() + "; there are " + fields.stream().sorted().toList());
      }
    }
  }

  private String name() {
    return key.substring(key.indexOf('.', "scheduler.".length()) + 1);
  }

  private Price price() throws BootException {
    double input = dollars("input");
    double cached = table.has("cached") ? dollars("cached") : input;
    return Price.perMillion(input, dollars("output"), cached, table.path("as_of").asText());
  }

  private BudgetRule budget() throws BootException {
    if (!BUDGET.matcher(name()).matches()) {
      throw wrong("must have a name of letters, digits, _ . - only");
    }
    String agents = table.path("agents").asText("*");
    if (!AGENTS.matcher(agents).matches()) {
      throw wrong("agents must be a name, in which * stands for anything, was \"" + agents + "\"");
    }
    Pattern names = Pattern.compile("\\Q" + agents.replace("*", "\\E.*\\Q") + "\\E");
    long cost = table.has("max_cost") ? (long) (dollars("max_cost") * 1e9) : Long.MAX_VALUE;
    Amount most = new Amount(limit("max_calls"), limit("max_tokens"), cost);
    if (most.equals(new Amount(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE))) {
      throw wrong("needs at least one of max_calls, max_tokens and max_cost");
    }
    return new BudgetRule(name(), names, period(), most);
  }

  private BudgetRule.Period period() throws BootException {
    String per = table.path("per").asText("day");
    try {
      return BudgetRule.Period.valueOf(per.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw wrong("per must be day, month or total, was \"" + per + "\"");
    }
  }

  private long limit(String field) throws BootException {
    JsonNode value = table.path(field);
    if (value.isMissingNode()) {
      return Long.MAX_VALUE;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 1) {
      throw wrong(field + " must be a whole number above 0");
    }
    return value.longValue();
  }

  private double dollars(String field) throws BootException {
    JsonNode value = table.path(field);
    if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() <= MOST_DOLLARS)) {
      throw wrong(field + " must be a number of US dollars, 0 or more");
    }
    return value.doubleValue();
  }

  private BootException wrong(String what) {
    return new BootException(key + " " + what);
  }
}
