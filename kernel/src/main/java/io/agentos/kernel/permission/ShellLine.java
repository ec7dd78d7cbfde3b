// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The simple commands that a POSIX shell would run for a line: split at operators, out of
 * substitutions and subshells, out of {@code sh -c} and of wrappers such as {@code env} or {@code
 * xargs}. What only a running shell could know (variables in a command's place, {@code eval}) is
 * reported as unreadable.
 */
final class ShellLine {
  private static final int DEEPEST = 16;
  private static final int MOST_COMMANDS = 1000;

  /** What execve takes as one argument at most. */
  private static final int LONGEST = 128 * 1024;

  private static final Set<String> FIND_ACTIONS = Set.of("-exec", "-execdir", "-ok", "-okdir");
  private static final Set<String> SHELLS =
      Set.of("sh", "bash", "dash", "zsh", "ksh", "ash", "busybox");
  private static final Set<String> WRAPPERS =
      Set.of(
          "env", "nohup", "nice", "ionice", "time", "xargs", "exec", "command", "builtin",
          "timeout", "setsid", "stdbuf", "then", "do", "else", "if", "while", "until", "!", "{",
          "watch");
  private static final Set<String> VALUED_OPTIONS =
      Set.of("-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "-u", "-C", "-k", "-i", "-o", "-e");

  private final List<List<String>> commands = new ArrayList<>();
  private @Nullable String unreadable;
  private boolean overBudget;

  private ShellLine() {}

  static ShellLine parse(String line) {
    ShellLine result = new ShellLine();
    if (line.length() >= LONGEST) {
      result.overBudget = true;
    } else {
      result.read(line, 0);
    }
    return result;
  }

  /** Looks through wrappers of a command that no shell reads. */
  static ShellLine unwrap(List<String> argv) {
    ShellLine result = new ShellLine();
    result.add(argv, 0);
    return result;
  }

  /** Each as its words, the first being the command. */
  List<List<String>> commands() {
    return commands;
  }

  /** What could not be decided, if anything. */
  @Nullable String unreadable() {
    return unreadable;
  }

  /** Whether not all of the line was looked at. */
  boolean isOverBudget() {
    return overBudget;
  }

  private void read(String line, int depth) {
    if (depth > DEEPEST) {
      overBudget = true;
      return;
    }
    new Scanner(line, depth).run();
  }

  private void add(List<String> words, int depth) {
    if (depth > DEEPEST || commands.size() >= MOST_COMMANDS) {
      overBudget = true;
      return;
    }
    int start = 0;
    while (start < words.size() && words.get(start).matches("[A-Za-z_][A-Za-z0-9_]*=.*")) {
      start++;
    }
    if (start == words.size()) {
      return;
    }
    List<String> command = List.copyOf(words.subList(start, words.size()));
    commands.add(command);
    String name = command.get(0).substring(command.get(0).lastIndexOf('/') + 1);
    if (name.equals("eval") || name.indexOf('$') >= 0 || name.indexOf('`') >= 0) {
      unreadable = "\"" + command.get(0) + "\" is only known when it runs";
      read(String.join(" ", command.subList(1, command.size())), depth + 1);
    } else if (SHELLS.contains(name)) {
      addScript(command, depth);
    } else if (name.equals("find")) {
      addFound(command, depth);
    } else if (WRAPPERS.contains(name)) {
      addWrapped(command, depth);
    }
  }

  private void addScript(List<String> command, int depth) {
    for (int i = 1; i + 1 < command.size(); i++) {
      if (command.get(i).matches("-[a-z]*c[a-z]*")) {
        read(command.get(i + 1), depth + 1);
        return;
      }
    }
    if (command.size() == 1 || command.get(1).startsWith("-")) {
      unreadable = "a shell that reads its commands from elsewhere";
    }
  }

  /**
   * The wrapped command starts at the first word that is no option, no option's value and no number
   * or duration.
   */
  private void addWrapped(List<String> command, int depth) {
    for (int i = 1; i < command.size(); i++) {
      String word = command.get(i);
      boolean skipped =
          word.startsWith("-") || word.matches("\\d+(\\.\\d+)?[smhd]?") || word.contains("=");
      if (!skipped && !VALUED_OPTIONS.contains(command.get(i - 1))) {
        add(command.subList(i, command.size()), depth + 1);
        return;
      }
    }
  }

  /** The first command that find runs; one that is a find itself leads to the next. */
  private void addFound(List<String> command, int depth) {
    for (int i = 1; i + 1 < command.size(); i++) {
      if (FIND_ACTIONS.contains(command.get(i))) {
        add(command.subList(i + 1, command.size()), depth + 1);
        return;
      }
    }
  }

  /** One pass over a line; substitutions are read as lines of their own. */
  private final class Scanner {
    private final String line;
    private final int depth;
    private final StringBuilder word = new StringBuilder();
    private List<String> words = new ArrayList<>();
    private boolean inWord;
    private int at;

    Scanner(String line, int depth) {
      this.line = line;
      this.depth = depth;
    }

    void run() {
      while (at < line.length()) {
        step(line.charAt(at));
      }
      endCommand();
    }

    private void step(char c) {
      switch (c) {
        case '\'' -> single();
        case '"' -> quoted();
        case '\\' -> escaped();
        case '`' -> backticks();
        case '$' -> dollar();
        case ' ', '\t' -> {
          endWord();
          at++;
        }
        case '<', '>' -> redirection();
        case ';', '&', '|', '\n', '(', ')' -> {
          endCommand();
          at++;
        }
        case '#' -> comment();
        default -> literal(c);
      }
    }

    private void literal(char c) {
      inWord = true;
      word.append(c);
      at++;
    }

    private void comment() {
      if (inWord) {
        literal('#');
        return;
      }
      int end = line.indexOf('\n', at);
      at = end < 0 ? line.length() : end;
    }

    private void single() {
      int end = line.indexOf('\'', at + 1);
      inWord = true;
      word.append(line, at + 1, end < 0 ? line.length() : end);
      at = end < 0 ? line.length() : end + 1;
    }

    private void quoted() {
      inWord = true;
      at++;
      while (at < line.length() && line.charAt(at) != '"') {
        char c = line.charAt(at);
        if (c == '\\') {
          escaped();
        } else if (c == '`') {
          backticks();
        } else if (c == '$') {
          dollar();
        } else {
          literal(c);
        }
      }
      at++;
    }

    private void escaped() {
      if (at + 1 < line.length() && line.charAt(at + 1) != '\n') {
        literal(line.charAt(at + 1));
        at--;
      }
      at += 2;
    }

    private void backticks() {
      int end = line.indexOf('`', at + 1);
      int stop = end < 0 ? line.length() : end;
      read(line.substring(at + 1, stop), depth + 1);
      inWord = true;
      word.append("`");
      at = stop + 1;
    }

    private void dollar() {
      inWord = true;
      word.append('$');
      if (at + 1 < line.length() && line.charAt(at + 1) == '(') {
        int end = closing(at + 1);
        read(line.substring(at + 2, end), depth + 1);
        at = Math.min(line.length(), end + 1);
      } else {
        at++;
      }
    }

    private int closing(int open) {
      int level = 0;
      for (int i = open; i < line.length(); i++) {
        level += line.charAt(i) == '(' ? 1 : line.charAt(i) == ')' ? -1 : 0;
        if (level == 0) {
          return i;
        }
      }
      return line.length();
    }

    /**
     * {@code <(...)} and {@code >(...)} run commands too; the parenthesis ends this command and
     * starts that one.
     */
    private void redirection() {
      if (word.chars().allMatch(Character::isDigit)) {
        word.setLength(0);
        inWord = false;
      }
      endWord();
      at++;
    }

    private void endWord() {
      if (inWord) {
        words.add(word.toString());
        word.setLength(0);
        inWord = false;
      }
    }

    private void endCommand() {
      endWord();
      if (!words.isEmpty()) {
        List<String> command = words;
        words = new ArrayList<>();
        add(command, depth);
      }
    }
  }
}
