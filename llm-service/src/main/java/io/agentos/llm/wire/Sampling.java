// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How the answer is to be drawn; what is absent is left to the provider.
 *
 * @param topP the share of the likeliest tokens that are drawn from
 * @param seed what makes the same question more likely to be answered the same
 * @param stop texts before the first of which the answer ends
 */
public record Sampling(
    OptionalDouble temperature,
    OptionalDouble topP,
    OptionalDouble presencePenalty,
    OptionalDouble frequencyPenalty,
    OptionalLong seed,
    OptionalInt maxTokens,
    List<String> stop,
    Optional<ThinkingLevel> thinkingLevel) {}
