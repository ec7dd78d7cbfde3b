// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

/** A piece of a message. */
public sealed interface Part {
  record Text(String text) implements Part {}

  /**
   * An image as it came; the reader of the request has checked that the data is base64.
   *
   * @param base64 RFC 4648, with padding
   */
  record Image(String mimeType, String base64) implements Part {}
}
