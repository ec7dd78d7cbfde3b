// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.wire;

import org.jspecify.annotations.NullMarked;
