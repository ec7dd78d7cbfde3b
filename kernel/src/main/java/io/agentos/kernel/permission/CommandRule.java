// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

  /** The name of a program without its folder. */
  static String nameOf(String program) {
    return program.substring(program.lastIndexOf('/') + 1);
  }

  /** Whether it allows the command: name and first words are these. */
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

  /**
   * Whether it refuses the command: that has all the rule's flags, wherever they stand and whether
   * in one word or spelled out, and the rule's other words in their order.
   */
  boolean touches(List<String> command) {
    if (!coversName(command.get(0))) {
      return false;
    }
    Set<Integer> flags = new HashSet<>();
    int next = nextWord(1);
    for (String word : command.subList(1, command.size())) {
      if (word.startsWith("--") && word.length() > 2) {
        flags.add((int) word.charAt(2));
      } else if (isFlags(word)) {
        word.chars().forEach(flags::add);
      }
      if (next < words.size() && tidied(word).equals(words.get(next))) {
        next = nextWord(next + 1);
      }
    }
    return next == words.size()
        && words.stream()
            .skip(1)
            .filter(CommandRule::isFlags)
            .flatMapToInt(String::chars)
            .allMatch(c -> c == '-' || flags.contains(c));
  }

  /** The first word from there on that is no flag. */
  private int nextWord(int from) {
    int i = from;
    while (i < words.size() && isFlags(words.get(i))) {
      i++;
    }
    return i;
  }

  /**
   * A path without what does not change where it leads: {@code //} and {@code /./} are one slash.
   */
  private static String tidied(String word) {
    return word.indexOf('/') < 0
        ? word
        : word.replaceAll("/(\\.?/)+", "/").replaceAll("^/\\.{1,2}$", "/");
  }

  private boolean coversName(String program) {
    String rule = words.get(0);
    String name = nameOf(program);
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
