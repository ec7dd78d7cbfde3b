// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.term.Style;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How lines of output are shown. */
final class LogOptions {
  @Option(
      names = {"-t", "--timestamps"},
      description = "Put the time before each line.")
  private boolean timestamps;

  LogPrinter printer(CommandLine line, boolean json) {
    return new LogPrinter(
        line.getOut(),
        line.getErr(),
        Style.of(Console.isTerminal(2), System.getenv()),
        json,
        timestamps);
  }
}
