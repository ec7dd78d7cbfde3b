// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import io.agentos.llm.base.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard error without keys. It passes on whole lines only, because a key can be found only where
 * it is in one piece; whoever prints, logging or a stack trace of the JVM, prints through this.
 */
public final class RedactingStream extends OutputStream {
  private final OutputStream out;
  private final Redactor redactor;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  public RedactingStream(OutputStream out, Redactor redactor) {
    this.out = out;
    this.redactor = redactor;
  }

  @Override
  public synchronized void write(int b) throws IOException {
    line.write(b);
    if (b == '\n' || line.size() >= Limits.LOG_LINE_BYTES_MAX) {
      passOn();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    passOn();
    out.close();
  }

  private void passOn() throws IOException {
    out.write(
        redactor.redact(line.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    out.flush();
    line.reset();
  }
}
