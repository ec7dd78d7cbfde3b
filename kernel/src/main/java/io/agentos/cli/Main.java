// SPDX-License-Identifier: MIT
package io.agentos.cli;

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
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "The launcher adds: agent (a language model carries out a task), mcp (a server for MCP clients),",
      "install-service, bench and test; each has its own --help.",
      "Exit codes: 0 done, 1 failed, 2 wrong usage; run, exec and wait: the program's own.",
      "The kernel is found by --socket, AGENTOS_SOCKET, or in its usual places; NO_COLOR is respected."
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    Console console = Console.ofProcess();
    int code = Commands.execute(console, args);
    console.flush();
    System.exit(code);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
