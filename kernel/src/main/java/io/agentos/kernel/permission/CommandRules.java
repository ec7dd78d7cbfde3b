// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which commands a shell line may run. A guard rail against accidents: a determined program can
 * always run something else, so what a command may <em>do</em> is the sandbox's business.
 */
public final class CommandRules {
  private static final int SHOWN_CHARACTERS = 80;

  private final List<List<CommandRule>> allowed;
  private final List<CommandRule> blocked;

  private CommandRules(List<List<CommandRule>> allowed, List<CommandRule> blocked) {
    this.allowed = allowed;
    this.blocked = blocked;
  }

  /**
   * Compiles rules.
   *
   * @param allowed rules of which one must match each command; empty: any
   * @param blocked rules that refuse a command
   */
  public static CommandRules of(List<String> allowed, List<String> blocked) {
    List<CommandRule> any = compile("exec", allowed);
    return new CommandRules(
        any.isEmpty() ? List.of() : List.of(any), compile("blocked_commands", blocked));
  }

  private static List<CommandRule> compile(String what, List<String> rules) {
    return Lists.checked(what, rules).stream().map(CommandRule::of).toList();
  }

  /** Absent when every command of the line may run; otherwise which may not, and why. */
  public @Nullable String whyNot(String shellLine) {
    return whyNot(ShellLine.parse(shellLine));
  }

  /** As for a shell line, for a command that no shell will read. */
  public @Nullable String whyNotArguments(List<String> argv) {
    return whyNot(ShellLine.unwrap(argv));
  }

  private @Nullable String whyNot(ShellLine line) {
    if (allowed.isEmpty() && blocked.isEmpty()) {
      return null;
    }
    if (line.isOverBudget()) {
      return "this command line is too long or too nested to be checked";
    }
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

  private @Nullable String whyNot(List<String> command) {
    for (CommandRule rule : blocked) {
      if (rule.touches(command)) {
        return "command \""
            + shown(command)
            + "\" is refused by this agent's blocked command \""
            + rule
            + "\"";
      }
    }
    for (List<CommandRule> oneOf : allowed) {
      if (oneOf.stream().noneMatch(rule -> rule.covers(command))) {
        return "command \""
            + shown(command)
            + "\" is not among this agent's allowed commands "
            + oneOf;
      }
    }
    return null;
  }

  private static String shown(List<String> command) {
    String line = String.join(" ", command);
    return line.length() > SHOWN_CHARACTERS ? line.substring(0, SHOWN_CHARACTERS) + "..." : line;
  }

  CommandRules narrowedBy(@Nullable List<String> newAllowed, @Nullable List<String> newBlocked) {
    return and(
        of(
            newAllowed == null ? List.of() : newAllowed,
            newBlocked == null ? List.of() : newBlocked));
  }

  CommandRules and(CommandRules other) {
    return new CommandRules(
        Lists.conjunction("commands", allowed.stream(), other.allowed.stream()),
        Lists.union("blocked_commands", blocked, other.blocked));
  }

  /** The narrowest allow list; empty when any command may run. */
  public List<String> allowed() {
    return allowed.isEmpty()
        ? List.of()
        : allowed.get(allowed.size() - 1).stream().map(CommandRule::toString).toList();
  }

  public List<String> blocked() {
    return blocked.stream().map(CommandRule::toString).toList();
  }
}
