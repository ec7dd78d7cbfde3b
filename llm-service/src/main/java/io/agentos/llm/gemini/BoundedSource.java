// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import io.agentos.llm.base.Limits;
import java.io.IOException;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;

/** The body of an answer, up to its limit. */
final class BoundedSource extends ForwardingSource {
  private long bytes;

  BoundedSource(Source source) {
    super(source);
  }

  /** The answer is longer than the service takes. */
  static final class TooLongException extends IOException {
    TooLongException() {
      super("the answer is longer than " + Limits.RESPONSE_BYTES_MAX + " bytes");
    }
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    long read = super.read(sink, byteCount);
    bytes += Math.max(0, read);
    if (bytes > Limits.RESPONSE_BYTES_MAX) {
      throw new TooLongException();
    }
    return read;
  }
}
