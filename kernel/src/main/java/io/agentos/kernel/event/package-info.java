// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.event;

import org.jspecify.annotations.NullMarked;
