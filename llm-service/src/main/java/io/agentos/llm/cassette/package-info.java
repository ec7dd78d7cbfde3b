// SPDX-License-Identifier: MIT
/** Records what providers answer, and answers from such a record. */
@NullMarked
package io.agentos.llm.cassette;

import org.jspecify.annotations.NullMarked;
