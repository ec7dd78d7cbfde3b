// SPDX-License-Identifier: MIT
/**
 * The LLM as OpenAI's is asked: HTTP in, the same calls THINK and LLM_STATUS in the kernel.
 *
 * <p>Who asks is told by the listener, as everywhere in this kernel; what a client sends as its key
 * is not looked at inside a sandbox. What cannot be honoured is refused by name: an answer that
 * silently left out half of what was asked for would be worse than none.
 */
@NullMarked
package io.agentos.kernel.door;

import org.jspecify.annotations.NullMarked;
