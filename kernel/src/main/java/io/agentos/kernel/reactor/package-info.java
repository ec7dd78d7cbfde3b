// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.reactor;

import org.jspecify.annotations.NullMarked;
