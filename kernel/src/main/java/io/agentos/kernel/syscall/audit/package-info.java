// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.audit;

import org.jspecify.annotations.NullMarked;
