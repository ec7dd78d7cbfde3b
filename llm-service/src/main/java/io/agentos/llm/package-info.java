// SPDX-License-Identifier: MIT
/**
 * The LLM service: a process that speaks newline JSON with the kernel and HTTP with model
 * providers.
 */
@NullMarked
package io.agentos.llm;

import org.jspecify.annotations.NullMarked;
