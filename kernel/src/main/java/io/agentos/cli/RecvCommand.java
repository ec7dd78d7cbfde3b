// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Takes messages out of a mailbox of the command's own. */
@Command(
    name = "recv",
    description = "Receive messages under a name, as long as this command runs.",
    footer = {
      "",
      "Each connection of an operator has a mailbox of its own, so what is sent before it begins",
      "or after it ends is not received; use --wait."
    })
final class RecvCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Option(
      names = "--as",
      paramLabel = "NAME",
      description = "The name that others send to; without it they need the id that is printed.")
  private @Nullable String name;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "3600",
      description = "Wait for the first message, so long at most (default: an hour).")
  private @Nullable Double patience;

  @Option(names = "--max", paramLabel = "N", description = "At most so many (default 10).")
  private @Nullable Integer most;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (KernelClient client = kernel.connect()) {
      introduce(client);
      Map<String, Object> request = new LinkedHashMap<>();
      if (most != null) {
        request.put("max", most);
      }
      if (patience != null) {
        request.put("wait", patience);
      }
      Answer answer = client.call(Op.RECV, request, KernelClient.PATIENT);
      if (kernel.json) {
        out.println(answer.json());
        return 0;
      }
      for (Fields message : answer.fields().objects("messages")) {
        out.println(sender(message) + ": " + shown(message.map().get("message")));
      }
    }
    return 0;
  }

  private void introduce(KernelClient client) throws IOException {
    if (name != null) {
      client.call(Op.REGISTER, Map.of("name", name));
    }
    if (patience != null) {
      long id = client.call(Op.HELLO, Map.of("client", "agentos")).fields().whole("agent_id");
      String known = name == null ? "" : " and as " + name;
      spec.commandLine().getErr().println("agentos: receiving as " + id + known);
    }
  }

  private static String sender(Fields message) {
    String name = message.text("from_name");
    return name.isEmpty() ? String.valueOf(message.whole("from")) : name;
  }

  private static String shown(@Nullable Object message) {
    return message instanceof String text ? text : Json.text(message);
  }
}
