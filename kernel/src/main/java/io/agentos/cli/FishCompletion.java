// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A completion script for fish, made of the commands as picocli knows them. */
final class FishCompletion {
  private FishCompletion() {}

  static List<String> lines(CommandLine agentos) {
    List<String> lines = new ArrayList<>();
    lines.add("complete -c agentos -f");
    agentos
        .getSubcommands()
        .forEach(
            (name, command) -> {
              CommandSpec spec = command.getCommandSpec();
              lines.add(
                  "complete -c agentos -n __fish_use_subcommand -a "
                      + name
                      + description(spec.usageMessage().description()));
              for (OptionSpec option : spec.options()) {
                if (!option.hidden()) {
                  lines.add(option(name, option));
                }
              }
            });
    return lines;
  }

  private static String option(String command, OptionSpec option) {
    StringBuilder line = new StringBuilder("complete -c agentos -n '__fish_seen_subcommand_from ");
    line.append(command).append('\'');
    for (String name : option.names()) {
      line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.arity().max() > 0) {
      // A value follows; most are files, folders or words that only the user knows.
      line.append(" -r -F");
    }
    return line.append(description(option.description())).toString();
  }

  private static String description(String[] text) {
    if (text.length == 0) {
      return "";
    }
    return " -d '" + text[0].replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
