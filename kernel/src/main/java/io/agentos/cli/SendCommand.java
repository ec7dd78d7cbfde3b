// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a message into someone's mailbox. */
@Command(name = "send", description = "Put a message into an agent's mailbox.")
final class SendCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(index = "0", paramLabel = "TO", description = "A name or an id.")
  private String receiver;

  @Parameters(
      index = "1",
      paramLabel = "MESSAGE",
      description = "JSON; anything that is no JSON is sent as text.")
  private String message;

  @Option(names = "--text", description = "Send MESSAGE as text even if it is JSON.")
  private boolean text;

  @Option(names = "--as", paramLabel = "NAME", description = "The sender's name.")
  private @Nullable String name;

  @Override
  public Integer call() throws IOException {
    Map<String, @Nullable Object> request = new LinkedHashMap<>();
    if (Target.isId(receiver)) {
      request.put("to", Integer.parseInt(receiver));
    } else {
      request.put("to_name", receiver);
    }
    request.put("message", text ? message : value(message));
    try (KernelClient client = kernel.connect()) {
      if (name != null) {
        client.call(Op.REGISTER, Map.of("name", name));
      }
      Answer answer = client.call(Op.SEND, request);
      spec.commandLine()
          .getOut()
          .println(
              kernel.json
                  ? answer.json()
                  : "delivered to "
                      + receiver
                      + " (id "
                      + answer.fields().whole("delivered_to")
                      + ")");
    }
    return 0;
  }

  private static @Nullable Object value(String message) {
    try {
      return Json.parse(message);
    } catch (IOException isText) {
      return message;
    }
  }
}
