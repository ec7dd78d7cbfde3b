// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;

/**
 * A stream of server-sent events with an empty event after each. The SDK hands out an event only
 * once it has read the next one, so that the first word would wait for the second; this way the
 * next one is always there.
 */
final class PromptEvents extends ForwardingSource {
  private static final byte[] EMPTY_EVENT = "data: {}\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Buffer raw = new Buffer();
  private final Buffer ready = new Buffer();
  private boolean lineIsEmpty = true;
  private boolean eventIsEmpty = true;

  PromptEvents(Source source) {
    super(source);
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    if (ready.exhausted()) {
      if (super.read(raw, byteCount) < 0) {
        return -1;
      }
      while (!raw.exhausted()) {
        pass(raw.readByte());
      }
    }
    return ready.read(sink, byteCount);
  }

  private void pass(byte b) {
    ready.writeByte(b);
    if (b == '\n') {
      if (lineIsEmpty && !eventIsEmpty) {
        ready.write(EMPTY_EVENT);
        eventIsEmpty = true;
      }
      lineIsEmpty = true;
    } else if (b != '\r') {
      lineIsEmpty = false;
      eventIsEmpty = false;
    }
  }
}
