// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The commands, by name; only the one that is asked for is loaded. */
final class Commands {
  /** In the order of {@code --help}. */
  static final List<String> NAMES = List.of("daemon", "run", "ps", "logs", "demo", "version");

  /** What follows their first word is somebody else's, options too. */
  private static final List<String> PASSING_ON = List.of("run", "spawn", "exec");

  private Commands() {}

  static Object make(String name) {
    return switch (name) {
      case "daemon" -> new DaemonCommand();
      case "run" -> new RunCommand();
      case "ps" -> new PsCommand();
      case "logs" -> new LogsCommand();
      case "demo" -> new DemoCommand();
      case "version" -> new VersionCommand();
      default -> throw new IllegalArgumentException("no command " + name);
    };
  }

  /** The command line with the command that is asked for, or with all when none is. */
  static CommandLine commandLine(Console console, String... args) {
    CommandLine line = new CommandLine(new Main());
    if (args.length > 0 && NAMES.contains(args[0])) {
      add(line, args[0]);
    } else {
      for (String name : NAMES) {
        add(line, name);
      }
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(new Misuse());
    line.setExecutionExceptionHandler(new Failures());
    line.setOut(console.out());
    line.setErr(console.err());
    return line;
  }

  private static void add(CommandLine line, String name) {
    CommandLine command = new CommandLine(make(name));
    command.getCommandSpec().addOption(help());
    command.setStopAtPositional(PASSING_ON.contains(name));
    line.addSubcommand(name, command);
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help.")
        .build();
  }
}
