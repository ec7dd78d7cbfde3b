// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.ipc;

import org.jspecify.annotations.NullMarked;
