// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Conditions, which must all hold, and what happens then. */
record Rule(Optional<Pattern> match, OptionalLong call, Optional<Pattern> caller, Action action) {

  /** The action, with the groups of {@code match} filled in; empty when a condition fails. */
  Optional<Action> apply(String callerName, int callNumber, CharSequence userText) {
    if (call.isPresent() && call.getAsLong() != callNumber) {
      return Optional.empty();
    }
    if (caller.isPresent() && !caller.get().matcher(callerName).matches()) {
      return Optional.empty();
    }
    if (match.isEmpty()) {
      return Optional.of(action);
    }
    Matcher matcher = match.get().matcher(userText);
    return matcher.find() ? Optional.of(filled(matcher)) : Optional.empty();
  }

  private Action filled(Matcher matcher) {
    if (action instanceof Action.Say say) {
      return new Action.Say(
          fill(say.content(), matcher), say.toolCalls(), say.usage(), say.delay());
    }
    return action;
  }

  /** Replaces references to groups that exist; any other dollar sign is a dollar sign. */
  private static String fill(String content, Matcher matcher) {
    StringBuilder filled = new StringBuilder();
    for (int i = 0; i < content.length(); i++) {
      char character = content.charAt(i);
      int group = i + 1 < content.length() ? content.charAt(i + 1) - '0' : -1;
      if (character == '$' && group >= 0 && group <= Math.min(9, matcher.groupCount())) {
        filled.append(Optional.ofNullable(matcher.group(group)).orElse(""));
        i++;
      } else {
        filled.append(character);
      }
    }
    return filled.toString();
  }
}
