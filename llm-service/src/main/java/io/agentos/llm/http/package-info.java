// SPDX-License-Identifier: MIT
/** What talking HTTP to any provider takes: sent once, bounded, ended with its call. */
@NullMarked
package io.agentos.llm.http;

import org.jspecify.annotations.NullMarked;
