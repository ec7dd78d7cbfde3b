// SPDX-License-Identifier: MIT
@NullMarked
package io.agentos.kernel.llm;

import org.jspecify.annotations.NullMarked;
