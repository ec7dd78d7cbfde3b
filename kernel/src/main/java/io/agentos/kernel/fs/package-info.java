// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.fs;

import org.jspecify.annotations.NullMarked;
