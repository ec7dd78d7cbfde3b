// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** How the answer is to be drawn; what is absent is left to the provider. */
public record Sampling(
    OptionalDouble temperature, OptionalInt maxTokens, Optional<ThinkingLevel> thinkingLevel) {}
