// SPDX-License-Identifier: MIT
/** Kernels that belong to one command and end with it. */
@NullMarked
package io.agentos.cli.local;

import org.jspecify.annotations.NullMarked;
