// SPDX-License-Identifier: MIT
/** Chat Completions, as OpenAI and many other servers speak it. */
@NullMarked
package io.agentos.llm.openai;

import org.jspecify.annotations.NullMarked;
