// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.exec;

import org.jspecify.annotations.NullMarked;
