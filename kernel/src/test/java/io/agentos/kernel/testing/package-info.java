// SPDX-License-Identifier: MIT
/**
 * What tests share: a real kernel in a process of its own, and a client that can also misbehave.
 */
@NullMarked
package io.agentos.kernel.testing;

import org.jspecify.annotations.NullMarked;
