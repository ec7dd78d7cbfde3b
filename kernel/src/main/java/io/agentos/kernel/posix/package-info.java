// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.posix;

import org.jspecify.annotations.NullMarked;
