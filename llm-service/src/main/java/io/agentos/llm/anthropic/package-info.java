// SPDX-License-Identifier: MIT
/** Anthropic's Messages API. */
@NullMarked
package io.agentos.llm.anthropic;

import org.jspecify.annotations.NullMarked;
