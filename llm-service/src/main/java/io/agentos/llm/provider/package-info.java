// SPDX-License-Identifier: MIT
/** What a provider is given and what it must do. */
@NullMarked
package io.agentos.llm.provider;

import org.jspecify.annotations.NullMarked;
