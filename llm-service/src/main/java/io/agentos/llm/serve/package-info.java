// SPDX-License-Identifier: MIT
/** Lines in, lines out, and the requests under way in between. */
@NullMarked
package io.agentos.llm.serve;

import org.jspecify.annotations.NullMarked;
