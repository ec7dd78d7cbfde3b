// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.agent;

import org.jspecify.annotations.NullMarked;
