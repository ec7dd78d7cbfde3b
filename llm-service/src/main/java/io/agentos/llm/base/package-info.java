// SPDX-License-Identifier: MIT
/** Limits, JSON and strict reading of objects: what every other package may use. */
@NullMarked
package io.agentos.llm.base;

import org.jspecify.annotations.NullMarked;
