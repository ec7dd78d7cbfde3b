// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
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

/** Shows what happens, as it happens. */
@Command(
    name = "events",
    description = "Show what happens to agents and the LLM, as it happens, until Ctrl-C.",
    footer = {
      "",
      "Types are such as agent.started, agent.ended, permissions.changed, llm.throttled, llm.quota,",
      "and what agents emit; agent.* is all that begin so. Of what was before there is the audit",
      "log (agentos audit)."
    })
final class EventsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "TYPE", arity = "0..*", description = "Only these types (default: *).")
  private List<String> types = List.of();

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after so many.")
  private @Nullable Integer count;

  @Override
  public Integer call() throws IOException {
    try (KernelClient client = kernel.connect()) {
      client.call(Op.SUBSCRIBE, Map.of("event_types", types.isEmpty() ? List.of("*") : types));
      if (!kernel.json) {
        spec.commandLine().getErr().println("agentos: listening; Ctrl-C ends it");
      }
      int left = count == null ? Integer.MAX_VALUE : count;
      while (left > 0) {
        left -= show(poll(client, left));
      }
    }
    return 0;
  }

  private static Answer poll(KernelClient client, int most) throws IOException {
    Map<String, Object> request = Map.of("wait", true, "max", Math.min(most, 100));
    return client.call(Op.POLL_EVENTS, request, KernelClient.PATIENT);
  }

  /** How many there were. */
  private int show(Answer answer) {
    PrintWriter out = spec.commandLine().getOut();
    List<Fields> events = answer.fields().objects("events");
    for (Fields event : events) {
      out.println(kernel.json ? Json.text(event.map()) : line(event));
    }
    out.flush();
    long dropped = answer.fields().whole("dropped");
    if (dropped > 0) {
      spec.commandLine().getErr().println("agentos: " + dropped + " events were lost: too slow");
    }
    return events.size();
  }

  private static String line(Fields event) {
    LocalTime time =
        LocalTime.now(ZoneId.systemDefault()).minus(event.whole("age_ms"), ChronoUnit.MILLIS);
    return TIME.format(time)
        + "  "
        + String.format("%-20s", event.text("type"))
        + String.format("  %5d  ", event.whole("source_agent_id"))
        + Json.text(event.map().get("data"));
  }
}
