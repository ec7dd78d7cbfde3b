// SPDX-License-Identifier: MIT
package io.agentos.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code agentos} command. */
@Command(
    name = "agentos",
    description = "Runs AI agents as sandboxed, limited, supervised processes.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    subcommands = {DaemonCommand.class, VersionCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /**
   * Runs one command and exits with its code: 0 done, 1 failed, 2 wrong usage; {@code run} and
   * {@code exec}: the program's.
   */
  public static void main(String[] args) {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(new Failures());
    System.exit(commandLine.execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
