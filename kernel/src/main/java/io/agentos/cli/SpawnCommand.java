// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Starts an agent and leaves it to the kernel. */
@Command(
    name = "spawn",
    description = "Start an agent in the background; ps, logs, wait and kill take its name or id.",
    footer = {"", "Options go before SCRIPT; what follows it is the agent's."})
final class SpawnCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;
  @Mixin private AgentOptions agent;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (KernelClient client = kernel.connect()) {
      Answer answer = Spawner.spawn(client, agent);
      if (kernel.json) {
        out.println(answer.json());
        return 0;
      }
      Fields started = answer.fields();
      out.println(
          started.whole("id")
              + " "
              + started.text("name")
              + " is running as pid "
              + started.whole("pid"));
      for (Map.Entry<String, @Nullable Object> limit : started.object("limits").map().entrySet()) {
        Fields is = Fields.of(limit.getValue());
        out.println(
            "  "
                + limit.getKey()
                + " "
                + is.shown("requested")
                + ", enforced by "
                + is.text("enforced_by"));
      }
    }
    return 0;
  }
}
