// SPDX-License-Identifier: MIT
/** Where the provider, the model and the keys come from, and how keys stay out of every output. */
@NullMarked
package io.agentos.llm.settings;

import org.jspecify.annotations.NullMarked;
