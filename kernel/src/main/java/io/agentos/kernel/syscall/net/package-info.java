// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.syscall.net;

import org.jspecify.annotations.NullMarked;
