// SPDX-License-Identifier: MIT
/** The Gemini provider; the only package that knows the Google GenAI SDK. */
@NullMarked
package io.agentos.llm.gemini;

import org.jspecify.annotations.NullMarked;
