// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.event;

import org.jspecify.annotations.NullMarked;
