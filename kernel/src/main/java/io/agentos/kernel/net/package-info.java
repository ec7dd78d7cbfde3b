// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.net;

import org.jspecify.annotations.NullMarked;
