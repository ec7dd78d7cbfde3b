// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import io.agentos.llm.base.Limits;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.RejectedLineException;
import io.agentos.llm.wire.RequestReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads requests until the input ends; a line that is none is answered and forgotten. */
public final class LineServer {
  private final LineReader lines;
  private final Service service;

  public LineServer(InputStream in, Service service) {
    this.lines = new LineReader(in, Limits.LINE_BYTES_MAX);
    this.service = service;
  }

  /** Returns when the input has ended and what was under way has had its time to finish. */
  public void run() throws IOException {
    service.ready();
    Optional<LineReader.Line> line = lines.next();
    while (line.isPresent()) {
      take(line.get());
      line = lines.next();
    }
    service.drain(Limits.EXIT_GRACE);
  }

  private void take(LineReader.Line line) {
    if (line.tooLong()) {
      service.reject(
          0,
          Failure.lasting(
              ErrorCode.INVALID_REQUEST,
              "the line is longer than " + Limits.LINE_BYTES_MAX + " bytes"));
      return;
    }
    try {
      service.handle(RequestReader.read(line.bytes()));
    } catch (RejectedLineException e) {
      service.reject(e.id(), e.failure());
    }
  }
}
