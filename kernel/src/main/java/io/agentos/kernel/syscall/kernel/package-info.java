// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.kernel;

import org.jspecify.annotations.NullMarked;
