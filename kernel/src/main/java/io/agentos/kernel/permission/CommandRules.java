// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which commands a shell line may run. A guard rail against accidents: a determined program can
 * always run something else, so what a command may <em>do</em> is the sandbox's business.
 *
 * <p>A rule is a command's name ({@code git}, {@code mkfs*}) or its name and first words ({@code rm
 * -rf /}).
 */
public final class CommandRules {
  static final int MOST_CONDITIONS = 16;

  private final List<List<String>> allowed;
  private final List<String> blocked;

  /**
   * @param allowed rules of which one must match each command; empty: any
   * @param blocked rules that refuse a command
   */
  public static CommandRules of(List<String> allowed, List<String> blocked) {
    return new CommandRules(
        allowed.isEmpty() ? List.of() : List.of(List.copyOf(allowed)), List.copyOf(blocked));
  }

  private CommandRules(List<List<String>> allowed, List<String> blocked) {
    if (allowed.size() > MOST_CONDITIONS) {
      throw new IllegalArgumentException(
          "commands were narrowed " + MOST_CONDITIONS + " times already; state one list");
    }
    this.allowed = allowed;
    this.blocked = blocked;
  }

  /** Absent when every command of the line may run; otherwise which may not, and why. */
  public @Nullable String whyNot(String shellLine) {
    ShellLine line = ShellLine.parse(shellLine);
    if (line.unreadable() != null && !allowed.isEmpty()) {
      return "this line can't be checked against the allowed commands: " + line.unreadable();
    }
    for (List<String> command : line.commands()) {
      String reason = whyNot(command);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }

  /** As for a shell line, for a command that no shell will read. */
  public @Nullable String whyNotArguments(List<String> argv) {
    for (List<String> command : ShellLine.unwrap(argv).commands()) {
      String reason = whyNot(command);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }

  private @Nullable String whyNot(List<String> command) {
    for (String rule : blocked) {
      if (covers(rule, command)) {
        return "command \""
            + shown(command)
            + "\" is refused by this agent's blocked command \""
            + rule
            + "\"";
      }
    }
    for (List<String> oneOf : allowed) {
      if (oneOf.stream().noneMatch(rule -> covers(rule, command))) {
        return "command \""
            + shown(command)
            + "\" is not among this agent's allowed commands "
            + oneOf;
      }
    }
    return null;
  }

  private static boolean covers(String rule, List<String> command) {
    String[] words = rule.trim().split("\\s+");
    if (words.length > command.size() || !glob(words[0], baseName(command.get(0)))) {
      return false;
    }
    for (int i = 1; i < words.length; i++) {
      if (!sameArgument(words[i], command.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** {@code -rf} and {@code -fr} are one argument, however the letters are ordered. */
  private static boolean sameArgument(String rule, String word) {
    if (rule.matches("-[A-Za-z]+") && word.matches("-[A-Za-z]+")) {
      return rule.chars().allMatch(c -> word.indexOf(c) >= 0);
    }
    return rule.equals(word);
  }

  private static boolean glob(String rule, String name) {
    return rule.endsWith("*")
        ? name.startsWith(rule.substring(0, rule.length() - 1))
        : rule.equals(name);
  }

  private static String baseName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String shown(List<String> command) {
    String line = String.join(" ", command);
    return line.length() > 80 ? line.substring(0, 80) + "..." : line;
  }

  CommandRules narrowedBy(@Nullable List<String> newAllowed, @Nullable List<String> newBlocked) {
    return and(
        of(
            newAllowed == null ? List.of() : newAllowed,
            newBlocked == null ? List.of() : newBlocked));
  }

  CommandRules and(CommandRules other) {
    List<String> all = new ArrayList<>(blocked);
    other.blocked.stream().filter(rule -> !all.contains(rule)).forEach(all::add);
    return new CommandRules(
        Stream.concat(allowed.stream(), other.allowed.stream()).distinct().toList(),
        List.copyOf(all));
  }

  /** The narrowest allow list; empty when any command may run. */
  public List<String> allowed() {
    return allowed.isEmpty() ? List.of() : allowed.get(allowed.size() - 1);
  }

  public List<String> blocked() {
    return blocked;
  }
}
