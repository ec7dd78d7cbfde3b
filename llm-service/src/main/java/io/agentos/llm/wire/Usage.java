// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

/**
 * What an answer cost, in tokens.
 *
 * @param cached the part of {@code input} that the provider had cached
 */
public record Usage(long input, long output, long thinking, long cached) {}
