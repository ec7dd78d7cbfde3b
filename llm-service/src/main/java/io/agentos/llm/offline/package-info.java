// SPDX-License-Identifier: MIT
/** The provider that needs no network: deterministic, scripted, labelled. */
@NullMarked
package io.agentos.llm.offline;

import org.jspecify.annotations.NullMarked;
