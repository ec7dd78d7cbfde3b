// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.metric.MetricsView;
import io.agentos.cli.metric.PrometheusText;
import io.agentos.cli.term.Style;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is measured of the kernel and of agents. */
@Command(
    name = "metrics",
    description =
        "Show what the kernel does and uses, or one agent: calls, times, memory, CPU, LLM.",
    footer = {
      "",
      "Counts are since the kernel started, those of an agent since its own start; HALF and 99% say",
      "by when so many of the calls had ended. NOOP is not counted.",
      "",
      "Examples:",
      "  agentos metrics                the kernel as a whole",
      "  agentos metrics worker         one agent",
      "  agentos metrics --prometheus   the kernel and all living agents, for a monitoring system"
    })
final class MetricsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "AGENT", arity = "0..1", description = "Its name or id.")
  private @Nullable String agent;

  @Option(names = "--prometheus", description = "In Prometheus' text format.")
  private boolean prometheus;

  @Override
  public Integer call() throws IOException {
    if (prometheus && (agent != null || kernel.json)) {
      throw new ParameterException(
          spec.commandLine(), "--prometheus is for all agents, and neither for one nor for --json");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (KernelClient client = kernel.connect()) {
      if (prometheus) {
        out.print(prometheus(client));
        out.flush();
        return 0;
      }
      Answer answer =
          agent == null
              ? client.call(Op.METRICS_SYSTEM, Map.of())
              : client.call(Op.METRICS_AGENT, Target.of(agent));
      if (kernel.json) {
        out.println(answer.json());
        return 0;
      }
      MetricsView view = new MetricsView(Style.of(Console.isTerminal(1), System.getenv()));
      List<String> lines =
          agent == null ? view.system(answer.fields()) : view.agent(answer.fields());
      lines.forEach(out::println);
    }
    return 0;
  }

  private static String prometheus(KernelClient client) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusText.write(
        client.call(Op.METRICS_SYSTEM, Map.of()).fields(),
        client.call(Op.METRICS_ALL, Map.of()).fields(),
        text);
    return text.toString(StandardCharsets.UTF_8);
  }
}
