// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The commands, by name; only the one that is asked for is loaded. */
final class Commands {
  /** In the order of {@code --help}. */
  static final List<String> NAMES =
      List.of(
          "daemon",
          "run",
          "spawn",
          "ps",
          "logs",
          "kill",
          "wait",
          "pause",
          "resume",
          "exec",
          "think",
          "llm",
          "send",
          "recv",
          "events",
          "metrics",
          "perms",
          "audit",
          "doctor",
          "demo",
          "version",
          "completion");

  /** What follows their first word is somebody else's, options too. */
  private static final List<String> PASSING_ON = List.of("run", "spawn", "exec");

  private Commands() {}

  static Object make(String name) {
    return switch (name) {
      case "daemon" -> new DaemonCommand();
      case "run" -> new RunCommand();
      case "spawn" -> new SpawnCommand();
      case "ps" -> new PsCommand();
      case "logs" -> new LogsCommand();
      case "kill" -> new KillCommand();
      case "wait" -> new WaitCommand();
      case "pause" -> new PauseCommand();
      case "resume" -> new ResumeCommand();
      case "exec" -> new ExecCommand();
      case "think" -> new ThinkCommand();
      case "llm" -> new LlmCommand();
      case "send" -> new SendCommand();
      case "recv" -> new RecvCommand();
      case "events" -> new EventsCommand();
      case "metrics" -> new MetricsCommand();
      case "perms" -> new PermsCommand();
      case "audit" -> new AuditCommand();
      case "doctor" -> new DoctorCommand();
      case "demo" -> new DemoCommand();
      case "version" -> new VersionCommand();
      case "completion" -> new CompletionCommand();
      default -> throw new IllegalArgumentException("no command " + name);
    };
  }

  /** Runs the command that the arguments name; its exit code. */
  static int execute(Console console, String... args) {
    if (args.length > 0 && NAMES.contains(args[0])) {
      // Alone, without the command that holds them all: that halves the time until it runs.
      CommandLine command = prepare(console, command(args[0]).setCommandName("agentos " + args[0]));
      return command.execute(Arrays.copyOfRange(args, 1, args.length));
    }
    return prepare(console, all()).execute(args);
  }

  /** {@code agentos} with every command. */
  static CommandLine all() {
    CommandLine line = new CommandLine(new Main());
    for (String name : NAMES) {
      line.addSubcommand(name, command(name));
    }
    return line;
  }

  private static CommandLine prepare(Console console, CommandLine line) {
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(new Misuse());
    line.setExecutionExceptionHandler(new Failures());
    line.setOut(console.out());
    line.setErr(console.err());
    return line;
  }

  private static CommandLine command(String name) {
    CommandLine command = new CommandLine(make(name));
    command.getCommandSpec().addOption(help());
    command.setStopAtPositional(PASSING_ON.contains(name));
    return command;
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help.")
        .build();
  }
}
