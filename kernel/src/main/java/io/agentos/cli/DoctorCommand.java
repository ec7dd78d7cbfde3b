// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.doctor.Attacks;
import io.agentos.cli.doctor.Doctor;
import io.agentos.cli.term.Style;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what this host can enforce. */
@Command(
    name = "doctor",
    description = "Find out by trying what this host can enforce, and how to get what it can't.",
    footer = {
      "",
      "Exit code: 0 if a full sandbox can be made here, else 1. With --attack: 0 if every attack was",
      "blocked or is allowed by design, 1 if any escaped or could not be tried, 2 if there was no",
      "kernel to attack."
    })
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Option(
      names = "--attack",
      description =
          "Attack the sandbox from inside with about 300 hostile programs, on a kernel of their own,"
              + " each also tried without a sandbox to show that it works; takes half a minute.")
  private boolean attack;

  @Override
  public Integer call() throws IOException {
    if (attack) {
      return Attacks.make(Home.folder(), kernel.json, Console.isTerminal(2));
    }
    PrintWriter out = spec.commandLine().getOut();
    Doctor doctor = Doctor.examine(Home.folder(), kernel.socket);
    if (kernel.json) {
      out.println(doctor.json());
    } else {
      doctor.lines(Style.of(Console.isTerminal(1), System.getenv())).forEach(out::println);
    }
    return doctor.canSandbox() ? 0 : 1;
  }
}
