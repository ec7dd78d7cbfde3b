// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.ipc;

import org.jspecify.annotations.NullMarked;
