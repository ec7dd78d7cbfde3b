// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.term.Style;
import io.agentos.cli.term.Table;
import io.agentos.cli.term.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists agents. */
@Command(
    name = "ps",
    description = "List agents: those that live, or with --all also those that ended.")
final class PsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Option(
      names = {"-a", "--all"},
      description = "Ended agents too.")
  private boolean all;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (KernelClient client = kernel.connect()) {
      Answer answer = client.call(Op.LIST, Map.of());
      if (kernel.json) {
        out.println(answer.json());
        return 0;
      }
      Style style = Style.of(Console.isTerminal(1), System.getenv());
      for (String line : table(Fields.list(answer.value()), all, style).lines()) {
        out.println(line);
      }
    }
    return 0;
  }

  static Table table(List<Fields> agents, boolean all, Style style) {
    Table table =
        new Table(
            style,
            "ID",
            "NAME",
            "STATE",
            "LEVEL",
            "PID",
            "UPTIME",
            "CPU",
            "MEM",
            "RESTARTS",
            "EXIT");
    for (Fields agent : agents) {
      if (all || agent.flag("running")) {
        table.row(
            String.valueOf(agent.whole("id")),
            agent.text("name"),
            state(agent.flag("waiting") ? "waiting" : agent.text("state"), style),
            agent.text("level"),
            agent.whole("pid") == 0 ? "-" : String.valueOf(agent.whole("pid")),
            agent.flag("running") ? Units.duration(agent.whole("uptime_ms")) : "-",
            limited(Units.duration(agent.whole("cpu_ms")), agent, "cpu_limit"),
            limited(Units.bytes(memory(agent)), agent, "memory_limit"),
            String.valueOf(agent.whole("restarts")),
            exit(agent, style));
      }
    }
    return table;
  }

  private static long memory(Fields agent) {
    return agent.flag("running") ? agent.whole("memory_current") : agent.whole("memory_peak");
  }

  private static String limited(String used, Fields agent, String limit) {
    if (!agent.has(limit)) {
      return used;
    }
    String most =
        limit.equals("cpu_limit")
            ? Units.amount(agent.number(limit)) + " cores"
            : Units.bytes(agent.whole(limit));
    return used + "/" + most;
  }

  private static String state(String state, Style style) {
    return switch (state) {
      case "running" -> style.good(state);
      case "failed" -> style.bad(state);
      case "paused", "waiting", "backoff", "stopping" -> style.warning(state);
      default -> state;
    };
  }

  private static String exit(Fields agent, Style style) {
    if (!agent.has("exit_reason")) {
      return "-";
    }
    String reason = agent.text("exit_reason");
    long code = agent.whole("exit_code");
    String text = reason + " " + code;
    return reason.equals("exited") && code == 0 ? text : style.bad(text);
  }
}
