// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows and changes what an agent may do. */
@Command(
    name = "perms",
    description = "Show what an agent may do, or change it from its next call on.",
    footer = {
      "",
      "Fields: level can_exec can_read can_write can_think can_spawn can_http max_exec_time_ms",
      "llm.max_tokens llm.max_calls, and lists with commas: filesystem.read filesystem.write",
      "filesystem.blocked exec blocked_commands network.",
      "Example: agentos perms worker set level=standard can_exec=false network=*.example.com",
      "",
      "agentos perms explain AGENT read|write|exec|http TARGET says which rule would decide a call."
    })
final class PermsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(index = "0", paramLabel = "AGENT", description = "Its name or id.")
  private String agent;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "get|set",
      defaultValue = "get",
      description = "Show them (default), or change them.")
  private String action;

  @Parameters(index = "2..*", paramLabel = "FIELD=VALUE", description = "With set: what to change.")
  private List<String> changes = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    if (agent.equals("explain") && changes.size() == 2) {
      return explain(action, changes.get(0), changes.get(1));
    }
    Map<String, Object> request = request();
    try (KernelClient client = kernel.connect()) {
      request.put("agent_id", Target.id(client, agent));
      Answer answer = client.call(action.equals("set") ? Op.SET_PERMS : Op.GET_PERMS, request);
      PrintWriter out = spec.commandLine().getOut();
      if (kernel.json) {
        out.println(answer.json());
      } else {
        print(out, "", answer.fields().object("permissions"));
      }
    }
    return 0;
  }

  /** Exit code 0 when the call would be allowed, 1 when not. */
  private int explain(String who, String call, String target) throws IOException {
    Map<String, Object> request = new HashMap<>();
    request.put("explain", Map.of("call", call, "target", target));
    try (KernelClient client = kernel.connect()) {
      request.put("agent_id", Target.id(client, who));
      Fields explanation = client.call(Op.GET_PERMS, request).fields().object("explanation");
      boolean allowed = explanation.flag("allowed");
      String verdict = (allowed ? "allowed: " : "denied: ") + explanation.text("because");
      spec.commandLine().getOut().println(kernel.json ? Json.text(explanation.map()) : verdict);
      return allowed ? 0 : 1;
    }
  }

  private Map<String, Object> request() {
    if (!action.matches("get|set") || action.equals("set") == changes.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "after AGENT comes get, or set with at least one FIELD=VALUE");
    }
    try {
      return action.equals("set") ? PermissionChange.request(changes) : PermissionChange.nothing();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private static void print(PrintWriter out, String prefix, Fields permissions) {
    for (Map.Entry<String, @Nullable Object> field : permissions.map().entrySet()) {
      String name = prefix + field.getKey();
      if (field.getValue() instanceof Map<?, ?>) {
        print(out, name + ".", Fields.of(field.getValue()));
      } else if (field.getValue() instanceof List<?> values) {
        List<String> words = new ArrayList<>();
        values.forEach(value -> words.add(String.valueOf(value)));
        out.println(name + "=" + String.join(",", words));
      } else {
        out.println(name + "=" + field.getValue());
      }
    }
  }
}
