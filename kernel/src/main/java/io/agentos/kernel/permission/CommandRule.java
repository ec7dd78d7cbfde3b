// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.List;

/**
 * A command's name ({@code git}; {@code mkfs*} for all that begin so) or its name and first words
 * ({@code rm -rf /}).
 *
 * @param words at least one
 */
record CommandRule(List<String> words) {
  static CommandRule of(String text) {
    return new CommandRule(List.of(text.trim().split("\\s+")));
  }

  boolean covers(List<String> command) {
    if (words.size() > command.size() || !coversName(command.get(0))) {
      return false;
    }
    for (int i = 1; i < words.size(); i++) {
      if (!coversArgument(words.get(i), command.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean coversName(String program) {
    String rule = words.get(0);
    String name = program.substring(program.lastIndexOf('/') + 1);
    return rule.endsWith("*")
        ? name.startsWith(rule.substring(0, rule.length() - 1))
        : rule.equals(name);
  }

  /** {@code -rf} and {@code -fr} are one argument, however the letters are ordered. */
  private static boolean coversArgument(String rule, String word) {
    if (isFlags(rule) && isFlags(word)) {
      return rule.chars().allMatch(c -> word.indexOf(c) >= 0);
    }
    return rule.equals(word);
  }

  private static boolean isFlags(String word) {
    return word.length() > 1
        && word.charAt(0) == '-'
        && word.chars().skip(1).allMatch(Character::isLetter);
  }

  @Override
  public String toString() {
    return String.join(" ", words);
  }
}
