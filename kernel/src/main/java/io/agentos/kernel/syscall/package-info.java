// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall;

import org.jspecify.annotations.NullMarked;
