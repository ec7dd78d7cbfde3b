// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import java.util.Map;

/**
 * An answer: header names in lower case, of repeated ones the values joined by comma; the head of
 * the body.
 */
public record HttpAnswer(int status, Map<String, String> headers, byte[] body, boolean truncated) {}
