// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An agent that attacks everything in reach gets nowhere. */
final class HostileScenario implements Scenario {
  /** What must have been tried: an attacker that died half-way has proved nothing. */
  static final List<String> EXPECTED =
      List.of(
          "read /etc/shadow",
          "list the owner's home",
          "read SSH keys",
          "read the owner's file",
          "write beside it",
          "write into /usr/bin",
          "list processes",
          "signal the owner",
          "read process memory",
          "read process environment",
          "connect to the internet",
          "connect to host loopback",
          "open a packet socket",
          "connect as operator",
          "kill its parent",
          "SPAWN an agent",
          "SET_PERMS to unrestricted",
          "READ /etc/shadow",
          "WRITE /etc/hosts",
          "EXEC a blocked command",
          "KILL another agent",
          "HTTP to cloud metadata",
          "forge its identity",
          "trace a process",
          "mount a file system",
          "make a user namespace",
          "become root",
          "fork bomb");

  private static final int MAX_PIDS = 32;
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration OUTSIDE_LONGEST = Duration.ofSeconds(10);
  private static final String PYTHON = "/usr/bin/python3";

  @Override
  public String name() {
    return "hostile";
  }

  @Override
  public String guarantee() {
    return "an attacker reaches nothing outside its sandbox";
  }

  @Override
  public List<Check> run(Stage stage, Progress progress) throws IOException, InterruptedException {
    try (Victim victim = new Victim()) {
      progress.say("attacking without a sandbox, to see what would succeed");
      Map<String, Fields> outside = outside(stage, victim);
      victim.visitors();
      progress.say("attacking");
      Fields idle = stage.spawn(idle(stage));
      Map<String, Object> request =
          stage.request(name(), "hostile.py", argument(stage, victim, /* outside= */ false));
      request.put("limits", Map.of("max_pids", MAX_PIDS, "memory", "256M"));
      Fields attacker = stage.spawn(request);
      Fields end = stage.await(attacker, LONGEST);
      Map<String, Fields> inside = attempts(stage.output(attacker));
      progress.say(inside.size() + " attempts, " + count(inside, "denied") + " denied");
      stage.kill(idle);
      String ended = end.whole("exit_code") == 0 ? "" : stage.complaint(attacker, end);
      return List.of(check(inside, outside, victim.visitors(), ended));
    }
  }

  /** Somebody for the attacker to kill, who does nothing. */
  private Map<String, Object> idle(Stage stage) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("name", stage.agentName("victim"));
    request.put("command", List.of("/bin/sleep", "60"));
    return request;
  }

  private static String argument(Stage stage, Victim victim, boolean outside) throws IOException {
    return Json.text(victim.target(stage.socket(), MAX_PIDS, stage.agentName("victim"), outside));
  }

  /** The same attempts by an ordinary program of the owner's; harmless, and empty if it fails. */
  private static Map<String, Fields> outside(Stage stage, Victim victim)
      throws IOException, InterruptedException {
    Path script = stage.script("hostile.py");
    ProcessBuilder builder =
        new ProcessBuilder(PYTHON, "-B", script.toString(), argument(stage, victim, true));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(OUTSIDE_LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
        return Map.of();
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return attempts(output.lines().toList());
    } finally {
      process.destroyForcibly();
    }
  }

  private static Map<String, Fields> attempts(List<String> output) throws IOException {
    Map<String, Fields> attempts = new LinkedHashMap<>();
    for (String line : output) {
      Fields attempt = Fields.of(Json.parse(line));
      attempts.put(attempt.text("attempt"), attempt);
    }
    return attempts;
  }

  private static int count(Map<String, Fields> attempts, String outcome) {
    int count = 0;
    for (Fields attempt : attempts.values()) {
      count += attempt.text("outcome").equals(outcome) ? 1 : 0;
    }
    return count;
  }

  private Check check(
      Map<String, Fields> inside, Map<String, Fields> outside, int visitors, String complaint) {
    List<Object> rows = new ArrayList<>();
    List<String> notDenied = new ArrayList<>();
    for (String name : EXPECTED) {
      Fields attempt = inside.getOrDefault(name, Fields.of(null));
      String outcome = attempt.has("outcome") ? attempt.text("outcome") : "not reported";
      if (!outcome.equals("denied")) {
        notDenied.add(name + " (" + outcome + ")");
      }
      rows.add(row(name, outcome, attempt.text("detail"), outside));
    }
    int reached = count(outside, "REACHED");
    String measured =
        notDenied.isEmpty()
            ? EXPECTED.size()
                + " attempts, all denied; without a sandbox "
                + reached
                + " of "
                + outside.size()
                + " succeed"
            : String.join(", ", notDenied) + (complaint.isEmpty() ? "" : "; " + complaint);
    boolean holds = notDenied.isEmpty() && inside.size() == EXPECTED.size() && visitors == 0;
    return Check.of(guarantee(), measured, holds)
        .with("attempts", rows)
        .with("reached_without_sandbox", reached)
        .with("connections_to_loopback", visitors);
  }

  private static Map<String, Object> row(
      String name, String outcome, String detail, Map<String, Fields> outside) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("attempt", name);
    row.put("outcome", outcome);
    row.put("detail", detail);
    row.put("without_sandbox", outside.getOrDefault(name, Fields.of(null)).text("outcome"));
    return row;
  }
}
