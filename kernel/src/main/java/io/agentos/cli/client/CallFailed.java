// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import java.io.IOException;

/** The kernel refused a call, and said why. */
public final class CallFailed extends IOException {
  private final Answer answer;

  CallFailed(Answer answer) {
    super(answer.fields().text("error"));
    this.answer = answer;
  }

  /** The protocol's error code, such as {@code NOT_FOUND}. */
  public String code() {
    return answer.fields().text("code");
  }

  /** The whole refusal. */
  public Answer answer() {
    return answer;
  }
}
