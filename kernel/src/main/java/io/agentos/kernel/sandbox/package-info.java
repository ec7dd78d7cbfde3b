// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.sandbox;

import org.jspecify.annotations.NullMarked;
