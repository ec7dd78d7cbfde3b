// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.CallFailed;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.NoKernel;
import io.agentos.cli.client.Op;
import io.agentos.cli.local.PrivateKernel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs an agent as a shell runs a program: its output is ours, and its exit code. */
@Command(
    name = "run",
    description =
        "Run an agent in the foreground, on the running kernel or on one of its own that ends with it.",
    footer = {
      "",
      "Options go before SCRIPT; what follows it is the agent's.",
      "Ctrl-C asks the agent to end (SIGTERM, 5 s of grace); a second one kills it at once.",
      "The exit code is the agent's, or 128 + the signal that ended it.",
      "",
      "--learn runs it once with all that a sandbox allows and writes what it used as a file, which",
      "--permissions takes: agentos run --learn X.py, look it through, then",
      "agentos run --permissions X.permissions.toml X.py."
    })
final class RunCommand implements Callable<Integer> {
  /** Of what it wrote before we listened: all that the kernel gives at once. */
  private static final int LINES = 10_000;

  private static final int GRACE_SECONDS = 5;

  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;
  @Mixin private LogOptions format;
  @Mixin private AgentOptions agent;

  @Mixin private LearnOptions learn;

  @Override
  public Integer call() throws IOException {
    learn.check(agent);
    KernelClient client;
    try {
      client = kernel.connect();
    } catch (NoKernel none) {
      if (kernel.isNamed()) {
        throw none;
      }
      return runOnKernelOfItsOwn();
    }
    try (client) {
      return runOn(client);
    }
  }

  private int runOnKernelOfItsOwn() throws IOException {
    try (PrivateKernel own = PrivateKernel.start(Home.folder());
        KernelClient client = own.connect()) {
      return runOn(client);
    }
  }

  private int runOn(KernelClient client) throws IOException {
    Answer spawned = Spawner.spawn(client, agent, learn.fields());
    if (kernel.json) {
      spec.commandLine().getOut().println(spawned.json());
    }
    int id = (int) spawned.fields().whole("id");
    Interrupts.hear(count -> interrupted(client, id, count));
    try {
      stream(client, id);
    } catch (LogPrinter.BrokenPipe nobodyReads) {
      kill(client, id, GRACE_SECONDS);
    }
    return finish(client, id);
  }

  private void interrupted(KernelClient client, int id, int count) {
    PrintWriter err = spec.commandLine().getErr();
    try {
      if (count == 1) {
        err.println("agentos: asking the agent to end; Ctrl-C again to kill it at once");
        kill(client, id, GRACE_SECONDS);
      } else {
        kill(client, id, 0);
      }
    } catch (CallFailed endedMeanwhile) {
      // Then there is nothing left to end.
    } catch (IOException e) {
      err.println("agentos: " + e.getMessage());
    }
  }

  /** On a connection of its own: the other one waits for the agent's output, or for this kill. */
  private static void kill(KernelClient client, int id, int graceSeconds) throws IOException {
    try (KernelClient control = client.another()) {
      control.call(Op.KILL, Map.of("id", id, "grace", graceSeconds));
    }
  }

  private void stream(KernelClient client, int id) throws IOException {
    LogPrinter printer = format.printer(spec.commandLine(), kernel.json);
    printer.expectFirstLine();
    if (!kernel.json) {
      printer.leaveOutRemarks();
    }
    Map<String, Object> request = Map.of("id", id, "lines", LINES, "follow", true, "hold", true);
    printer.print(client.stream(Op.LOGS, request, KernelClient.PATIENT, printer::print));
  }

  private int finish(KernelClient client, int id) throws IOException {
    try (KernelClient fresh = client.another()) {
      Answer end = fresh.call(Op.WAIT, Map.of("id", id), KernelClient.PATIENT);
      learn.write(fresh, id, spec.commandLine().getErr());
      return finish(end);
    }
  }

  private int finish(Answer end) {
    Fields record = end.fields();
    if (kernel.json) {
      spec.commandLine().getOut().println(end.json());
    } else if (!record.text("exit_reason").equals("exited")) {
      String name = record.text("name");
      spec.commandLine().getErr().println("agentos: " + name + ": " + record.text("detail"));
    }
    return (int) record.whole("exit_code");
  }
}
