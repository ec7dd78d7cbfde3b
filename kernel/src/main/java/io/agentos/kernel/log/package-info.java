// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.log;

import org.jspecify.annotations.NullMarked;
