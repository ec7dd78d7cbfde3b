// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

/** A line that is no request; the id is 0 where the line has none that can be read. */
public final class RejectedLineException extends Exception {
  private final long id;
  private final Failure failure;

  RejectedLineException(long id, String sentence) {
    super(sentence);
    this.id = id;
    this.failure = Failure.lasting(ErrorCode.INVALID_REQUEST, sentence);
  }

  public long id() {
    return id;
  }

  public Failure failure() {
    return failure;
  }
}
