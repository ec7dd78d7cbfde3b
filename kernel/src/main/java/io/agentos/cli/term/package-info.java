// SPDX-License-Identifier: MIT
/** What a person sees: tables, colour, the shape of numbers. */
@NullMarked
package io.agentos.cli.term;

import org.jspecify.annotations.NullMarked;
