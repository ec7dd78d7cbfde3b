// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.llm;

import org.jspecify.annotations.NullMarked;
