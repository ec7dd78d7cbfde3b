// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.base;

import org.jspecify.annotations.NullMarked;
