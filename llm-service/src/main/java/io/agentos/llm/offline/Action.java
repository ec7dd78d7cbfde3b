// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.wire.Failure;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** What a rule does once it applies. */
sealed interface Action {
  /** How long it takes before it does it. */
  Duration delay();

  /**
   * Answers.
   *
   * @param content may refer to the groups of the rule's expression as $1 to $9, $0 being all
   */
  record Say(String content, List<Invocation> toolCalls, Tokens usage, Duration delay)
      implements Action {

    /** The same, said up to the first of these texts; calls come after what is said. */
    Say endingBefore(List<String> stop) {
      int end = content.length();
      for (String text : stop) {
        int found = content.indexOf(text);
        end = found < 0 ? end : Math.min(end, found);
      }
      if (end == content.length()) {
        return this;
      }
      return new Say(content.substring(0, end), List.of(), usage, delay);
    }
  }

  /**
   * Fails the way a provider would.
   *
   * @param sent whether the provider that is played got the request
   */
  record Fail(Failure failure, boolean sent, Duration delay) implements Action {}

  /** A tool call before it has an id. */
  record Invocation(String name, ObjectNode arguments) {}

  /** The usage to report; what is absent is counted. */
  record Tokens(
      OptionalLong input, OptionalLong output, OptionalLong thinking, OptionalLong cached) {
    static final Tokens COUNTED =
        new Tokens(
            OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
  }
}
