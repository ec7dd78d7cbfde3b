// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.fs;

import org.jspecify.annotations.NullMarked;
