// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Stops an agent without ending it. */
@Command(name = "pause", description = "Stop all processes of an agent; they keep their memory.")
final class PauseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "AGENT", description = "Its name or id.")
  private String agent;

  @Override
  public Integer call() throws IOException {
    try (KernelClient client = kernel.connect()) {
      Answer answer = client.call(Op.PAUSE, Target.of(agent));
      spec.commandLine()
          .getOut()
          .println(
              kernel.json ? answer.json() : agent + " is paused; `agentos resume` lets it go on");
    }
    return 0;
  }
}
