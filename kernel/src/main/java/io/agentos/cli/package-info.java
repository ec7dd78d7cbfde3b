// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.cli;

import org.jspecify.annotations.NullMarked;
