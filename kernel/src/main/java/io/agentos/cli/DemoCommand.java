// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.KernelClient;
import io.agentos.cli.demo.Demo;
import io.agentos.cli.demo.Demos;
import io.agentos.cli.demo.Report;
import io.agentos.cli.demo.Stage;
import io.agentos.cli.local.PrivateKernel;
import io.agentos.cli.term.Screen;
import io.agentos.cli.term.Style;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows that the guarantees hold, by trying to break them. */
@Command(
    name = "demo",
    description =
        "Run misbehaving agents at once on one kernel and measure that every guarantee holds.",
    footer = {
      "",
      "Exit code: 0 only if every guarantee was measured to hold, else 1; 130 after Ctrl-C."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;
  private static final int FILE_COLUMNS = 120;

  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Option(
      names = "--attach",
      description = "Use the running kernel (default: one of its own, with the offline LLM).")
  private boolean attach;

  @Option(
      names = "--configured-llm",
      description = "On a kernel of its own: use the LLM that is configured; this may cost money.")
  private boolean configuredLlm;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path scripts = Home.folder().resolve("examples/demo");
    if (attach || kernel.socket != null) {
      try (KernelClient client = kernel.connect()) {
        String prefix = "demo-" + ProcessHandle.current().pid() + "-";
        return run(new Stage(client.socket(), scripts, prefix), /* slowModel= */ false);
      }
    }
    String[] options =
        configuredLlm
            ? new String[0]
            : new String[] {"--config", scripts.resolve("demo.toml").toString()};
    try (PrivateKernel own = PrivateKernel.start(Home.folder(), options)) {
      return run(new Stage(own.socket(), scripts, ""), !configuredLlm);
    }
  }

  private int run(Stage stage, boolean slowModel) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    boolean terminal = Console.isTerminal(1) && !kernel.json;
    Style style = Style.of(terminal, System.getenv());
    Screen screen = terminal ? Screen.ofTerminal() : null;
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter progress = kernel.json ? spec.commandLine().getErr() : out;
    Demo demo = Demos.on(stage, slowModel, progress, style, screen);
    Interrupts.hear(count -> demo.cancel());
    Report report = new Report(demo.run(), (System.nanoTime() - begun) / 1_000_000);
    if (report.checks().isEmpty()) {
      return INTERRUPTED;
    }
    if (kernel.json) {
      out.println(report.json());
    } else {
      report.lines(style, screen == null ? FILE_COLUMNS : screen.columns()).forEach(out::println);
    }
    return report.holds() ? 0 : 1;
  }
}
