// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends agents. */
@Command(
    name = "kill",
    description = "End agents and all they started: a signal, a grace, then force.")
final class KillCommand implements Callable<Integer> {
  /** More than the longest grace that a kernel grants. */
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "AGENT", arity = "1..*", description = "Their names or ids.")
  private List<String> agents = new ArrayList<>();

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "Between the signal and force (default 5; 0: at once).")
  private @Nullable Double grace;

  @Option(
      names = {"-s", "--signal"},
      paramLabel = "N",
      description = "The signal's number (default 15, SIGTERM).")
  private @Nullable Integer signal;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (KernelClient client = kernel.connect()) {
      for (String agent : agents) {
        Map<String, Object> request = Target.of(agent);
        if (grace != null) {
          request.put("grace", grace);
        }
        if (signal != null) {
          request.put("signal", signal);
        }
        Answer answer = client.call(Op.KILL, request, PATIENCE);
        out.println(
            kernel.json
                ? answer.json()
                : agent + " has ended (" + answer.fields().text("exit_reason") + ")");
      }
    }
    return 0;
  }
}
