// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

/**
 * What an agent's tree spent at a model on a day, by UTC; tokens as in {@link Usage}.
 *
 * @param cost in US dollars
 */
public record DayUsage(
    String day,
    String agent,
    String model,
    long calls,
    long input,
    long output,
    long thinking,
    long cached,
    double cost) {}
