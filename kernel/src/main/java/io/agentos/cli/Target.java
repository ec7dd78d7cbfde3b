// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An agent as it is named on the command line: digits are an id, anything else is a name. */
final class Target {
  private static final int MOST_DIGITS = 9;

  private Target() {}

  /** The fields {@code id} or {@code name} of a request, to which more can be added. */
  static Map<String, Object> of(String agent) {
    Map<String, Object> request = new LinkedHashMap<>();
    if (isId(agent)) {
      request.put("id", Integer.parseInt(agent));
    } else {
      request.put("name", agent);
    }
    return request;
  }

  static boolean isId(String agent) {
    return !agent.isEmpty()
        && agent.length() <= MOST_DIGITS
        && agent.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** For calls that take ids only: the live agent of that name, or else the last that had it. */
  static int id(KernelClient client, String agent) throws IOException {
    if (isId(agent)) {
      return Integer.parseInt(agent);
    }
    long found = 0;
    List<Fields> agents = client.agents();
    for (Fields row : agents) {
      if (row.text("name").equals(agent)) {
        found = row.whole("id");
        if (row.flag("running")) {
          break;
        }
      }
    }
    if (found == 0) {
      throw new IOException("there is no agent \"" + agent + "\"; `agentos ps --all` lists them");
    }
    return (int) found;
  }
}
