// SPDX-License-Identifier: MIT
/** Requests and answers of the contract with the kernel, as values. */
@NullMarked
package io.agentos.llm.wire;

import org.jspecify.annotations.NullMarked;
