// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.metric;

import org.jspecify.annotations.NullMarked;
