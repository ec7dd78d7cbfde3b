// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.CallFailed;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.term.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Waits for an agent's end. */
@Command(
    name = "wait",
    description = "Wait until an agent has ended for good, and tell how.",
    footer = {
      "",
      "The exit code is the agent's, or 128 + the signal that ended it; 1 when the time is over."
    })
final class WaitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "AGENT", description = "Its name or id.")
  private String agent;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Wait no longer (default: as long as it takes).")
  private @Nullable Double timeout;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> request = Target.of(agent);
    if (timeout != null) {
      request.put("timeout", timeout);
    }
    try (KernelClient client = kernel.connect()) {
      Answer answer = await(client, request);
      Fields end = answer.fields();
      out.println(kernel.json ? answer.json() : sentence(end));
      return (int) end.whole("exit_code");
    }
  }

  /** The kernel bounds each WAIT, so without a bound of the user's it is asked again. */
  private Answer await(KernelClient client, Map<String, Object> request) throws IOException {
    while (true) {
      try {
        return client.call(Op.WAIT, request, KernelClient.PATIENT);
      } catch (CallFailed refusal) {
        if (timeout != null || !refusal.code().equals("TIMEOUT")) {
          throw refusal;
        }
      }
    }
  }

  private static String sentence(Fields end) {
    Fields usage = end.object("usage");
    return end.text("name")
        + ": "
        + end.text("detail")
        + " after "
        + Units.duration(usage.whole("wall_ms"))
        + " (CPU "
        + Units.duration(usage.whole("cpu_ms"))
        + ", memory "
        + Units.bytes(usage.whole("memory_peak"))
        + ", restarts "
        + end.whole("restarts")
        + ")";
  }
}
