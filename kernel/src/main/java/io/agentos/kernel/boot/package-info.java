// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.boot;

import org.jspecify.annotations.NullMarked;
