// SPDX-License-Identifier: MIT
package io.agentos.llm.provider;

import io.agentos.llm.base.Limits;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.ToolCall;
import java.util.ArrayList;
import java.util.List;

/** An answer as it grows, within its limits; its pieces go out as they come. */
public final class Draft {
  private final Call call;
  private final StringBuilder text = new StringBuilder();
  private long aside;
  private final List<ToolCall> toolCalls = new ArrayList<>();

  public Draft(Call call) {
    this.call = call;
  }

  /** Adds a piece of what the model says. */
  public void say(String piece) throws FailureException {
    if (piece.isEmpty()) {
      return;
    }
    if (text.length() + piece.length() > Limits.ANSWER_CHARS_MAX) {
      throw new FailureException(tooLong());
    }
    text.append(piece);
    if (call.streaming()) {
      call.delta(piece);
    }
  }

  /** Adds a piece of something that is no text of the answer but counts for its length. */
  public void grow(StringBuilder part, String piece) throws FailureException {
    aside += piece.length();
    if (aside > Limits.ANSWER_CHARS_MAX) {
      throw new FailureException(tooLong());
    }
    part.append(piece);
  }

  /** The answer is longer than the service takes. */
  public static Failure tooLong() {
    return Failure.lasting(
        ErrorCode.UNAVAILABLE,
        "the answer is longer than " + Limits.ANSWER_CHARS_MAX + " characters");
  }

  /** Adds a call that the model wants made. */
  public void add(ToolCall toolCall) throws FailureException {
    bound(toolCalls.size() + 1);
    toolCalls.add(toolCall);
  }

  /** Fails when the model asks for more calls than are taken. */
  public void bound(int count) throws FailureException {
    if (count > Limits.TOOL_CALLS_MAX) {
      throw new FailureException(
          Failure.lasting(
              ErrorCode.UNAVAILABLE,
              "the answer has more than " + Limits.TOOL_CALLS_MAX + " calls of tools"));
    }
  }

  /** Whether the model has said and asked for nothing. */
  public boolean isEmpty() {
    return text.isEmpty() && toolCalls.isEmpty();
  }

  public String text() {
    return text.toString();
  }

  public List<ToolCall> toolCalls() {
    return List.copyOf(toolCalls);
  }
}
