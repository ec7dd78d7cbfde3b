// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

/**
 * One word of a command after quotes are removed.
 *
 * @param text with {@code $} in the place of each expansion
 * @param isKnown false when an expansion or a pattern makes the shell put something else there
 * @param isPlain no part of it was quoted, so that it can be a reserved word
 */
record ShellWord(String text, boolean isKnown, boolean isPlain) {
  /** A word that no shell reads. */
  static ShellWord literal(String text) {
    return new ShellWord(text, true, false);
  }

  boolean isReserved(String word) {
    return isPlain && text.equals(word);
  }

  /** {@code NAME=value}, which before a command is its environment. */
  boolean isAssignment() {
    int end = 0;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
      end++;
    }
    return end > 0
        && end < text.length()
        && !Character.isDigit(text.charAt(0))
        && (text.charAt(end) == '=' || text.startsWith("+=", end));
  }
}
