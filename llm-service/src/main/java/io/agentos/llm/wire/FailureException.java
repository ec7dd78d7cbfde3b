// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

/** Carries a {@link Failure} up to where it becomes the answer of its request. */
public final class FailureException extends Exception {
  private final Failure failure;

  public FailureException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
