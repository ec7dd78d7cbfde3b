// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

/**
 * Reads words and what is inside of them: quotes, expansions, substitutions. The commands of
 * substitutions go to the {@link Commands}.
 *
 * <p>After section 2 of the POSIX Shell Command Language, and what bash adds to it.
 */
final class ShellWordReader {
  private static final String ENDS_WORD = " \t\n;&|()<>";
  private static final String ESCAPED_IN_QUOTES = "$`\"\\\n";
  private static final String PATTERN = "*?[";

  /** Where the lists of commands that are found inside a word are read. */
  interface Commands {
    /** Reads from after an opening parenthesis to after the one that closes it. */
    int readToParenthesis(int from);

    /** Reads a text of its own. */
    void read(String text);
  }

  private final String text;
  private final Commands commands;
  private final StringBuilder word = new StringBuilder();
  private boolean isKnown;
  private boolean isPlain;
  private int at;

  ShellWordReader(String text, Commands commands) {
    this.text = text;
    this.commands = commands;
  }

  /** Where the last word ended. */
  int end() {
    return at;
  }

  /** The word that begins at {@code from}, empty if none does. */
  ShellWord read(int from) {
    begin(from);
    while (at < text.length() && (!ends(text.charAt(at)) || isSubstitution())) {
      step(text.charAt(at));
    }
    boolean braces = word.indexOf("{") >= 0 && isPlain && word.indexOf("}") > word.indexOf("{") + 1;
    return new ShellWord(word.toString(), isKnown && !braces, isPlain);
  }

  /** Finds the commands in text in which only substitutions count, as in a here-document. */
  void readExpansions(int from, int to) {
    begin(from);
    while (at < to) {
      quotedStep(text.charAt(at));
    }
  }

  private void begin(int from) {
    at = from;
    word.setLength(0);
    isKnown = true;
    isPlain = true;
  }

  private static boolean ends(char c) {
    return ENDS_WORD.indexOf(c) >= 0;
  }

  /** {@code <(...)}, which is a word. */
  private boolean isSubstitution() {
    char c = text.charAt(at);
    return (c == '<' || c == '>') && text.startsWith("(", at + 1);
  }

  private void step(char c) {
    switch (c) {
      case '\'' -> single();
      case '"' -> quoted();
      case '\\' -> escaped();
      case '`' -> backquoted();
      case '$' -> dollar(/* inQuotes= */ false);
      case '<', '>' -> substitution(at + 2);
      default -> {
        isKnown &= PATTERN.indexOf(c) < 0;
        literal(c);
      }
    }
  }

  private void quotedStep(char c) {
    if (c == '`') {
      backquoted();
    } else if (c == '$') {
      dollar(/* inQuotes= */ true);
    } else if (c == '\\' && at + 1 < text.length()) {
      if (ESCAPED_IN_QUOTES.indexOf(text.charAt(at + 1)) < 0) {
        literal(c);
      } else {
        escaped();
      }
    } else {
      literal(c);
    }
  }

  private void literal(char c) {
    word.append(c);
    at++;
  }

  private void unknown() {
    isKnown = false;
    word.append('$');
  }

  private void single() {
    int end = text.indexOf('\'', at + 1);
    int stop = end < 0 ? text.length() : end;
    isPlain = false;
    word.append(text, at + 1, stop);
    at = Math.min(text.length(), stop + 1);
  }

  private void quoted() {
    isPlain = false;
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      quotedStep(text.charAt(at));
    }
    at = Math.min(text.length(), at + 1);
  }

  private void escaped() {
    isPlain = false;
    at++;
    if (at < text.length()) {
      char c = text.charAt(at++);
      if (c != '\n') {
        word.append(c);
      }
    }
  }

  /** Old style: a backslash in it stands before what would end or expand it too early. */
  private void backquoted() {
    StringBuilder inside = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '`') {
      if (text.charAt(at) == '\\'
          && at + 1 < text.length()
          && "`$\\".indexOf(text.charAt(at + 1)) >= 0) {
        at++;
      }
      inside.append(text.charAt(at++));
    }
    at = Math.min(text.length(), at + 1);
    unknown();
    commands.read(inside.toString());
  }

  private void dollar(boolean inQuotes) {
    char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
    if (next == '(') {
      int arithmetic = endOfArithmetic(at + 2);
      if (arithmetic > 0) {
        unknown();
        nested(at + 3, arithmetic - 2, arithmetic);
      } else {
        substitution(at + 2);
      }
    } else if (next == '{') {
      unknown();
      parameter();
    } else if (next == '\'' && !inQuotes) {
      ansiQuoted();
    } else if (next == '"' && !inQuotes) {
      at++; // a text to translate
    } else if (Character.isLetterOrDigit(next) || "_@*#?-$!".indexOf(next) >= 0) {
      unknown();
      at += 2;
      while (Character.isLetter(next) && at < text.length() && isName(text.charAt(at))) {
        at++;
      }
    } else {
      literal('$');
    }
  }

  private static boolean isName(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private void substitution(int from) {
    unknown();
    at = commands.readToParenthesis(from);
  }

  /** Reads the substitutions between two places as part of this word. */
  private void nested(int from, int to, int next) {
    int length = word.length();
    at = from;
    while (at < to) {
      quotedStep(text.charAt(at));
    }
    word.setLength(length);
    at = next;
  }

  /** {@code ${...}}: quotes and further expansions may stand in it. */
  private void parameter() {
    int length = word.length();
    at += 2;
    while (at < text.length() && text.charAt(at) != '}') {
      char c = text.charAt(at);
      if (c == '\'') {
        single();
      } else if (c == '"') {
        quoted();
      } else {
        quotedStep(c);
      }
    }
    word.setLength(length);
    at = Math.min(text.length(), at + 1);
  }

  /**
   * Where {@code ((...))} ends whose second parenthesis is at {@code open}; 0 if that is no
   * arithmetic, but a subshell in a substitution.
   */
  private int endOfArithmetic(int open) {
    if (!text.startsWith("(", open)) {
      return 0;
    }
    int level = 0;
    for (int i = open; i < text.length(); i++) {
      level += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
      if (level == 0) {
        return text.startsWith(")", i + 1) ? i + 2 : 0;
      }
    }
    return 0;
  }

  private void ansiQuoted() {
    isPlain = false;
    at += 2;
    while (at < text.length() && text.charAt(at) != '\'') {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at = AnsiQuotes.decode(text, at + 1, word);
      } else {
        literal(text.charAt(at));
      }
    }
    at = Math.min(text.length(), at + 1);
  }
}
