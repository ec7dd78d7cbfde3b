// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.permission;

import org.jspecify.annotations.NullMarked;
