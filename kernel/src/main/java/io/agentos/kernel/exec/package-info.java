// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.exec;

import org.jspecify.annotations.NullMarked;
