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

/** Lets a paused agent go on. */
@Command(name = "resume", description = "Let a paused agent go on.")
final class ResumeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "AGENT", description = "Its name or id.")
  private String agent;

  @Override
  public Integer call() throws IOException {
    try (KernelClient client = kernel.connect()) {
      Answer answer = client.call(Op.RESUME, Target.of(agent));
      spec.commandLine().getOut().println(kernel.json ? answer.json() : agent + " goes on");
    }
    return 0;
  }
}
