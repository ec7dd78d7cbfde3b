// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what an agent wrote. */
@Command(name = "logs", description = "Show what an agent wrote to its standard output and error.")
final class LogsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;
  @Mixin private LogOptions format;

  @Parameters(paramLabel = "AGENT", description = "Its name or id.")
  private String agent;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with new lines until the agent has ended.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      description = "At most so many of the last lines (default 100).")
  private @Nullable Integer lines;

  @Option(
      names = "--since",
      paramLabel = "SECONDS",
      description = "Only lines of the last so many seconds.")
  private @Nullable Double since;

  @Override
  public Integer call() throws IOException {
    LogPrinter printer = format.printer(spec.commandLine(), kernel.json);
    Map<String, Object> request = Target.of(agent);
    if (lines != null) {
      request.put("lines", lines);
    }
    if (since != null) {
      request.put("since", System.currentTimeMillis() / 1000.0 - since);
    }
    if (follow) {
      request.put("follow", true);
    }
    try (KernelClient client = kernel.connect()) {
      printer.print(client.stream(Op.LOGS, request, KernelClient.PATIENT, printer::print));
    }
    return 0;
  }
}
