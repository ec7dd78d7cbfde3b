// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.CallFailed;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernel that the scenarios share, and the agents they put on it. */
public final class Stage {
  private static final int LOG_LINES = 10_000;
  private static final Duration ANSWER_MARGIN = Duration.ofSeconds(10);

  private final Path socket;
  private final Path scripts;
  private final String prefix;

  /**
   * Joins a kernel.
   *
   * @param scripts the folder with the agents' programs
   * @param prefix of the agents' names, so that they do not clash with others on a shared kernel
   */
  public Stage(Path socket, Path scripts, String prefix) {
    this.socket = socket;
    this.scripts = scripts;
    this.prefix = prefix;
  }

  KernelClient connect() throws IOException {
    return KernelClient.connect(socket);
  }

  Path socket() {
    return socket;
  }

  Path script(String file) {
    return scripts.resolve(file);
  }

  /** An agent's name on the kernel. */
  String agentName(String name) {
    return prefix + name;
  }

  /** The request that starts a script of the demonstration under that name. */
  Map<String, Object> request(String name, String file, String... arguments) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("name", agentName(name));
    request.put("script", script(file).toString());
    request.put("args", List.of(arguments));
    return request;
  }

  /** Starts an agent, which is ended with the demonstration at the latest. */
  Fields spawn(Map<String, Object> request) throws IOException {
    try (KernelClient client = connect()) {
      return client.call(Op.SPAWN, request).fields();
    }
  }

  /** How it ended; fails when it lives on after {@code longest}. */
  Fields await(Fields agent, Duration longest) throws IOException {
    try (KernelClient client = connect()) {
      Map<String, Object> request =
          Map.of("id", agent.whole("id"), "timeout", longest.toMillis() / 1000.0);
      return client.call(Op.WAIT, request, longest.plus(ANSWER_MARGIN)).fields();
    }
  }

  /** What it wrote to its standard output so far, by line. */
  List<String> output(Fields agent) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Fields entry : log(agent)) {
      if (entry.text("stream").equals("stdout")) {
        lines.add(entry.text("line"));
      }
    }
    return lines;
  }

  /** Why an agent did not do its work: how it ended, and the last it wrote to standard error. */
  String complaint(Fields agent, Fields end) throws IOException {
    String last = "";
    for (Fields entry : log(agent)) {
      last = entry.text("stream").equals("stderr") ? "; it wrote: " + entry.text("line") : last;
    }
    return agent.text("name") + ": " + end.text("detail") + last;
  }

  List<Fields> log(Fields agent) throws IOException {
    try (KernelClient client = connect()) {
      Answer answer = client.call(Op.LOGS, Map.of("id", agent.whole("id"), "lines", LOG_LINES));
      return answer.fields().objects("entries");
    }
  }

  /** The agents of this demonstration, as LIST has them. */
  List<Fields> agents(KernelClient client) throws IOException {
    List<Fields> ours = new ArrayList<>();
    for (Fields agent : client.agents()) {
      if (agent.text("name").startsWith(prefix)) {
        ours.add(agent);
      }
    }
    return ours;
  }

  /** Ends an agent at once, if it still lives. */
  void kill(Fields agent) throws IOException {
    try (KernelClient client = connect()) {
      client.call(Op.KILL, Map.of("id", agent.whole("id"), "grace", 0));
    } catch (CallFailed endedAlready) {
      // Which is what was wanted.
    }
  }

  /** Ends every agent of this demonstration that still lives. */
  void clear() throws IOException {
    try (KernelClient client = connect()) {
      for (Fields agent : agents(client)) {
        if (agent.flag("running")) {
          kill(agent);
        }
      }
    }
  }
}
