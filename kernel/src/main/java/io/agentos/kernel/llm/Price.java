// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

/**
 * What a model's tokens cost, each in billionths of a US dollar: a thousandth of the price in
 * dollars for a million tokens that providers publish.
 *
 * @param asOf the day on which the price was looked up, for people
 */
public record Price(long input, long output, long cached, String asOf) {
  private static final double NANODOLLARS_PER_TOKEN = 1000;

  /** Of a price in dollars for a million tokens. */
  public static Price perMillion(double input, double output, double cached, String asOf) {
    return new Price(nano(input), nano(output), nano(cached), asOf);
  }

  private static long nano(double dollars) {
    return (long) Math.ceil(dollars * NANODOLLARS_PER_TOKEN);
  }

  /** Thinking is charged as output. */
  long of(Usage usage) {
    long cachedTokens = Math.min(usage.cached(), usage.input());
    return (usage.input() - cachedTokens) * input
        + cachedTokens * cached
        + (usage.output() + usage.thinking()) * output;
  }

  /** No more than so many tokens can cost. */
  long most(long inputTokens, long outputTokens) {
    return inputTokens * Math.max(input, cached) + outputTokens * output;
  }
}
