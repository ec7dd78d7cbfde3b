// SPDX-License-Identifier: MIT
/**
 * The HTTP proxy inside the sandboxes: what ordinary programs send there is judged by the agent's
 * rules and goes out from the kernel.
 *
 * <p>Built on Netty, because its native transport adopts a descriptor that another process opened
 * (a channel of the JDK can't), a tunnel costs no thread, and its HTTP codec and TLS are exercised
 * by half of the world. {@link io.agentos.kernel.proxy.RequestGuard} is stricter in front of it: a
 * request that two parsers could read in two ways never reaches it.
 */
@NullMarked
package io.agentos.kernel.proxy;

import org.jspecify.annotations.NullMarked;
