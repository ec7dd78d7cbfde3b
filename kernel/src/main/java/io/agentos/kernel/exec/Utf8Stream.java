// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes a stream chunk by chunk; a character that a chunk cuts in two waits for its other half.
 */
public final class Utf8Stream {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] rest = new byte[0];

  /** The text that these bytes complete; what is no UTF-8 becomes U+FFFD. */
  public String feed(byte[] bytes) {
    return decode(bytes, false);
  }

  /** What is left at the stream's end. */
  public String finish() {
    return decode(new byte[0], true);
  }

  private String decode(byte[] bytes, boolean last) {
    ByteBuffer in = ByteBuffer.allocate(rest.length + bytes.length).put(rest).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.reset().decode(in, out, last);
    rest = new byte[in.remaining()];
    in.get(rest);
    return out.flip().toString();
  }
}
