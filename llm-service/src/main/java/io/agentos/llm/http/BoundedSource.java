// SPDX-License-Identifier: MIT
package io.agentos.llm.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;

/** The body of an answer, up to a limit, as long as it is UTF-8. */
final class BoundedSource extends ForwardingSource {
  private static final int CHUNK_BYTES = 8 << 10;

  private final long bytesMax;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer unchecked = ByteBuffer.allocate(CHUNK_BYTES + 8);
  private final CharBuffer decoded = CharBuffer.allocate(CHUNK_BYTES + 8);
  private final Buffer chunk = new Buffer();
  private long bytes;

  BoundedSource(Source source, long bytesMax) {
    super(source);
    this.bytesMax = bytesMax;
  }

  /** The answer is longer than the service takes. */
  static final class TooLongException extends IOException {
    TooLongException(long bytesMax) {
      super("the answer is longer than " + bytesMax + " bytes");
    }
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    long read = super.read(chunk, Math.min(byteCount, CHUNK_BYTES));
    if (read < 0) {
      check(/* end= */ true);
      return read;
    }
    bytes += read;
    if (bytes > bytesMax) {
      throw new TooLongException(bytesMax);
    }
    unchecked.put(chunk.peek().readByteArray());
    check(/* end= */ false);
    sink.write(chunk, read);
    return read;
  }

  /** What begins a character that is not complete yet waits for the next piece. */
  private void check(boolean end) throws CharacterCodingException {
    unchecked.flip();
    decoded.clear();
    CoderResult result = decoder.decode(unchecked, decoded, end);
    if (result.isError()) {
      result.throwException();
    }
    unchecked.compact();
  }
}
