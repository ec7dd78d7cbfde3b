// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import io.agentos.llm.wire.ToolChoice;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Conditions, which must all hold, and what happens then. */
record Rule(
    Optional<Pattern> match,
    Optional<Pattern> toolResult,
    OptionalLong call,
    Optional<Pattern> caller,
    Action action) {

  /**
   * What rules look at.
   *
   * @param call 1 for the first one of this caller
   * @param user the last thing the user said
   * @param tool the tool's result that the conversation ends with
   * @param choice whether the answer may, must or must not call a tool
   */
  record Subject(
      String caller,
      int call,
      CharSequence user,
      Optional<CharSequence> tool,
      Optional<ToolChoice> choice) {

    /** Whether an action is one that the choice of tools leaves a model. */
    boolean takes(Action action) {
      if (choice.isEmpty() || !(action instanceof Action.Say say)) {
        return true;
      }
      return switch (choice.get().mode()) {
        case AUTO -> true;
        case NONE -> say.toolCalls().isEmpty();
        case REQUIRED ->
            say.toolCalls().stream()
                .anyMatch(call -> call.name().equals(choice.get().tool().orElse(call.name())));
      };
    }
  }

  /**
   * The action, with the groups of {@code match}, or else of {@code tool_result}, filled in; empty
   * when a condition fails.
   */
  Optional<Action> apply(Subject subject) {
    if (!subject.takes(action)) {
      return Optional.empty();
    }
    if (call.isPresent() && call.getAsLong() != subject.call()) {
      return Optional.empty();
    }
    if (caller.isPresent() && !caller.get().matcher(subject.caller()).matches()) {
      return Optional.empty();
    }
    Optional<Matcher> user = match.map(pattern -> pattern.matcher(subject.user()));
    Optional<Matcher> tool = toolResult.map(pattern -> pattern.matcher(subject.tool().orElse("")));
    if (toolResult.isPresent() && subject.tool().isEmpty()) {
      return Optional.empty();
    }
    boolean found = user.map(Matcher::find).orElse(true) && tool.map(Matcher::find).orElse(true);
    return found
        ? Optional.of(user.or(() -> tool).map(this::filled).orElse(action))
        : Optional.empty();
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
