// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The commands that a shell would run for a line, also those that a command runs which is run for
 * it: by {@code sh -c}, by wrappers such as {@code env} or {@code xargs}, by {@code find}. What
 * only a running shell could know (variables in a command's place, a script from a pipe) is
 * reported as unreadable.
 */
final class ShellLine {
  private static final int MOST_COMMANDS = 1000;

  /** What execve takes as one argument at most. */
  private static final int LONGEST = 128 * 1024;

  private static final Set<String> FIND_ACTIONS = Set.of("-exec", "-execdir", "-ok", "-okdir");
  private static final Set<String> FIND_ENDS = Set.of(";", "+");

  /** Those that give the value of {@code -c} to a shell, and may run other words too. */
  private static final Set<String> WITH_LINES = Set.of("flock", "script", "su", "runuser");

  private static final Set<String> SHELLS =
      Set.of("sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "rbash");

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
    result.add(argv.stream().map(ShellWord::literal).toList(), List.of(), 0);
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

  private void read(String text, int depth) {
    if (overBudget) {
      return;
    }
    new ShellReader(text, depth, simple -> addSimple(simple, depth), () -> overBudget = true)
        .readAll();
  }

  /** A command of a shell, before which assignments may stand. */
  private void addSimple(ShellReader.Simple simple, int depth) {
    List<ShellWord> words = simple.words();
    int start = 0;
    while (start < words.size() && words.get(start).isAssignment()) {
      start++;
    }
    add(words.subList(start, words.size()), simple.input(), depth);
  }

  private void add(List<ShellWord> words, List<String> input, int depth) {
    if (words.isEmpty() || overBudget) {
      return;
    }
    if (depth > ShellReader.DEEPEST || commands.size() >= MOST_COMMANDS) {
      overBudget = true;
      return;
    }
    commands.add(words.stream().map(ShellWord::text).toList());
    ShellWord first = words.get(0);
    String name = CommandRule.nameOf(first.text());
    Wrapper wrapper = Wrapper.named(name);
    if (WITH_LINES.contains(name)) {
      addLines(words, depth);
    }
    if (!first.isKnown()) {
      unreadable = "\"" + first.text() + "\" is only known when it runs";
    } else if (name.equals("eval")) {
      addEvaluated(words, depth);
    } else if (SHELLS.contains(name)) {
      addScript(words, input, depth);
    } else if (name.equals("find")) {
      addFound(words, depth);
    } else if (wrapper != null) {
      addWrapped(name, wrapper, words, input, depth);
    }
  }

  private void addEvaluated(List<ShellWord> words, int depth) {
    unreadable = "\"eval\" reads its words once more";
    read(String.join(" ", texts(words.subList(1, words.size()))), depth + 1);
  }

  private static List<String> texts(List<ShellWord> words) {
    return words.stream().map(ShellWord::text).toList();
  }

  /** A shell: what comes after -c, else a file that is a command's own business, else its input. */
  private void addScript(List<ShellWord> words, List<String> input, int depth) {
    boolean script = false;
    int i = 1;
    while (i < words.size() && words.get(i).text().matches("[-+].+")) {
      String option = words.get(i).text();
      boolean letters = option.matches("[-+][A-Za-z]+");
      script |= letters && option.startsWith("-") && option.indexOf('c') > 0;
      boolean valued =
          (letters && option.endsWith("o")) || option.equals("--rcfile") || option.equals("-O");
      i += valued ? 2 : 1;
    }
    if (i >= words.size() || !words.get(i).isKnown()) {
      unreadable = "a shell that reads its commands from elsewhere";
      input.forEach(text -> read(text, depth + 1));
    }
    if (i < words.size() && script) {
      read(words.get(i).text(), depth + 1);
    }
  }

  /** {@code script -c LINE}: in the next word, or behind the letter or the equals sign. */
  private void addLines(List<ShellWord> words, int depth) {
    for (int i = 1; i < words.size(); i++) {
      ShellWord word = words.get(i);
      String text = word.text();
      if (text.matches("-[A-Za-z]*c|--command") && i + 1 < words.size()) {
        word = words.get(++i);
        read(word.text(), depth + 1);
      } else if (text.startsWith("--command=") || text.startsWith("-c")) {
        read(text.substring(text.startsWith("--") ? 10 : 2), depth + 1);
      } else {
        continue;
      }
      if (!word.isKnown()) {
        unreadable = "a line for a shell that is only known when it runs";
      }
    }
  }

  private void addWrapped(
      String name, Wrapper wrapper, List<ShellWord> words, List<String> input, int depth) {
    if (name.equals("command") && words.size() > 1 && words.get(1).text().matches("-[vV]")) {
      return; // only says where it is
    }
    if (name.equals("env") && addSplit(words, depth)) {
      return;
    }
    int start = wrapper.start(words);
    if (start < 0) {
      unreadable = "\"" + name + "\" with an option that is not known here";
      for (int i = 1; i < words.size() && i <= ShellReader.DEEPEST; i++) {
        commands.add(texts(words.subList(i, words.size())));
      }
    } else if (start < words.size() && ShellReader.comesBeforeCommands(words.get(start))) {
      add(words.subList(start + 1, words.size()), input, depth + 1); // time { ...; }
    } else if (start < words.size()) {
      add(words.subList(start, words.size()), input, depth + 1);
      if (name.equals("watch")) {
        read(String.join(" ", texts(words.subList(start, words.size()))), depth + 1); // by a shell
      }
      if (name.equals("xargs") && readsArguments(words.get(start).text())) {
        unreadable = "\"xargs\" gives what it reads to a command that runs it";
      }
    }
  }

  private static boolean readsArguments(String command) {
    String name = CommandRule.nameOf(command);
    return SHELLS.contains(name) || Wrapper.named(name) != null || command.contains("{}");
  }

  /** {@code env -S 'words'}: one argument that env splits itself. */
  private boolean addSplit(List<ShellWord> words, int depth) {
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i).text();
      if (!word.startsWith("-")) {
        continue;
      }
      if (word.matches("-[iv0]*S.*") || word.startsWith("--split-string")) {
        unreadable = "\"env -S\" splits words itself";
        String value =
            word.startsWith("--") ? word.substring(14) : word.substring(word.indexOf('S') + 1);
        read(
            value.replaceFirst("^=", "")
                + " "
                + String.join(" ", texts(words.subList(i + 1, words.size()))),
            depth + 1);
        return true;
      }
    }
    return false;
  }

  /** Each command that find runs; it ends at {@code ;} or {@code +}. */
  private void addFound(List<ShellWord> words, int depth) {
    for (int i = 1; i + 1 < words.size(); i++) {
      if (FIND_ACTIONS.contains(words.get(i).text())) {
        int end = i + 1;
        while (end < words.size() && !FIND_ENDS.contains(words.get(end).text())) {
          end++;
        }
        add(words.subList(i + 1, end), List.of(), depth + 1);
        i = end;
      }
    }
  }
}
