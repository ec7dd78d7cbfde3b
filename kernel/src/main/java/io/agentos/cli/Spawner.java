// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.CallFailed;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.util.Map;

/** Starts the agent that the command line describes. */
final class Spawner {
  private static final int MOST_NAMES = 100;

  private Spawner() {}

  /** A name that the user did not choose gives way to a live agent's: then it gets a number. */
  static Answer spawn(KernelClient client, AgentOptions options) throws IOException {
    return spawn(client, options, Map.of());
  }

  /** The same with fields of SPAWN that not every command has an option for. */
  static Answer spawn(KernelClient client, AgentOptions options, Map<String, ?> more)
      throws IOException {
    Map<String, Object> request = options.request();
    request.putAll(more);
    Object name = request.get("name");
    for (int number = 2; ; number++) {
      try {
        return client.call(Op.SPAWN, request);
      } catch (CallFailed refusal) {
        boolean taken = refusal.code().equals("ALREADY_EXISTS");
        if (!taken || options.isNamed() || number > MOST_NAMES) {
          throw refusal;
        }
        request.put("name", name + "-" + number);
      }
    }
  }
}
