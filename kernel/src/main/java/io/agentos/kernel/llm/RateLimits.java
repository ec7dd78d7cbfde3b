// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

/** What may be sent to a provider or a model; {@code Long.MAX_VALUE} where nothing limits it. */
public record RateLimits(
    long requestsPerMinute,
    long tokensPerMinute,
    long requestsPerDay,
    long tokensPerDay,
    long concurrency) {}
