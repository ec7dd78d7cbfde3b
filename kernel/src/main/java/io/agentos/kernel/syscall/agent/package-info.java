// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.agent;

import org.jspecify.annotations.NullMarked;
