// SPDX-License-Identifier: MIT
/**
 * HTTP/1.1 as the kernel takes it from programs: on listeners that their sandboxes opened, or on
 * one of its own.
 *
 * <p>Built on Netty, because its native transport adopts a descriptor that another process opened
 * (a channel of the JDK can't), a waiting connection costs no thread, and its HTTP codec is
 * exercised by half of the world. {@link io.agentos.kernel.http.RequestGuard} is stricter in front
 * of it: a request that two parsers could read in two ways never reaches it.
 */
@NullMarked
package io.agentos.kernel.http;

import org.jspecify.annotations.NullMarked;
