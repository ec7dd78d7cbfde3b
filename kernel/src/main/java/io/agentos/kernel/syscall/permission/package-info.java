// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.permission;

import org.jspecify.annotations.NullMarked;
