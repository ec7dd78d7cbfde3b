// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import io.agentos.llm.provider.Call;

/**
 * A text that stops whoever reads it once its call has ended: an expression that backtracks for
 * ever would otherwise hold its thread for ever.
 */
record WatchedText(String text, Call call) implements CharSequence {

  /** The call has ended; nobody waits for the match. */
  static final class EndedException extends RuntimeException {
    EndedException() {
      super("the call has ended");
    }
  }

  @Override
  public char charAt(int index) {
    if (call.ended()) {
      throw new EndedException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
