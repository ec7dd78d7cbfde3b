// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

/**
 * What HELLO tells of this kernel.
 *
 * @param version of the kernel, such as {@code 0.1.0}
 * @param maxPayload bytes of the largest request it takes
 */
public record ProtocolConfig(String version, int maxPayload) {}
