// SPDX-License-Identifier: MIT
/**
 * The HTTP proxy inside the sandboxes: what ordinary programs send there is judged by the agent's
 * rules and goes out from the kernel.
 */
@NullMarked
package io.agentos.kernel.proxy;

import org.jspecify.annotations.NullMarked;
