// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Restarts, kills, pauses and waits, and what is left of an agent that has ended. */
final class LifecycleIT {
  private static KernelProcess kernel;
  private static Operator operator;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  /** Whatever a test leaves alive. */
  @AfterEach
  void killAll() throws IOException {
    for (JsonNode agent : operator.call(Opcode.LIST, Map.of())) {
      if (agent.get("running").asBoolean()) {
        operator.call(Opcode.KILL, Map.of("id", agent.get("id").asInt(), "grace", 0));
      }
    }
  }

  private static int shell(String name, String script, Map<String, ?> more) throws IOException {
    return operator.spawn(name, List.of("/bin/sh", "-c", script), more);
  }

  private static String state(String name) throws IOException {
    return operator.find(name).get("state").asText();
  }

  /** Whether an end is followed by another run. */
  @ParameterizedTest
  @CsvSource({
    "never,exit 1,0,exited",
    "never,kill -SEGV $$,0,exited",
    "on-failure,exit 0,0,exited",
    "on-failure,exit 1,2,failed",
    "on-failure,kill -SEGV $$,2,failed",
    "always,exit 0,2,failed",
    "always,exit 1,2,failed",
  })
  void restartsAsItsPolicySays(String policy, String script, int restarts, String state)
      throws IOException {
    shell("restarting", "echo run; " + script, Map.of("restart_policy", policy, "max_restarts", 2));
    JsonNode end = operator.await("restarting");
    assertThat(end.get("restarts").asInt()).isEqualTo(restarts);
    assertThat(end.get("state").asText()).isEqualTo(state);
    assertThat(operator.log("restarting").split("stdout: run", -1)).hasSize(restarts + 2);
  }

  @ParameterizedTest
  @CsvSource({"wall_time,1.5,wall_time", "memory,32M,oom"})
  void restartsAnAgentThatALimitEnded(String limit, String value, String reason)
      throws IOException {
    String program =
        "import time\nprint('run', flush=True)\nx = []\n"
            + (limit.equals("memory")
                ? "while True: x.append(b'x' * 1000000)"
                : "time.sleep(1000)");
    operator.python(
        "limited",
        program,
        Map.of(
            "limits",
            Map.of(limit, value.endsWith("M") ? value : Double.valueOf(value)),
            "restart_policy",
            "on-failure",
            "max_restarts",
            1));
    JsonNode end = operator.await("limited");
    assertThat(end.get("restarts").asInt()).isEqualTo(1);
    assertThat(end.get("exit_reason").asText()).isEqualTo(reason);
    assertThat(operator.log("limited").split("stdout: run", -1)).hasSize(3);
  }

  /** KILL is meant: no policy brings the agent back. */
  @Test
  void endsForGood_whenItIsKilled() throws IOException {
    shell("always", "echo up; exec sleep 1000", Map.of("restart_policy", "always"));
    operator.awaitLine("always", "up");
    assertThat(operator.kill("always").get("killed").asBoolean()).isTrue();
    JsonNode end = operator.await("always");
    assertThat(end.get("exit_reason").asText()).isEqualTo("killed");
    assertThat(end.get("state").asText()).isEqualTo("exited");
    assertThat(end.get("restarts").asInt()).isZero();
  }

  @Test
  void endsForGood_whenItIsKilledWhileItWaitsToRestart() throws IOException {
    shell("waiting", "exit 1", Map.of("restart_policy", "always", "max_restarts", 1000));
    Until.holds("it waits", () -> state("waiting").equals("backoff"));
    JsonNode answer = operator.call(Opcode.KILL, Map.of("name", "waiting"));
    assertThat(Expect.success(answer).get("exit_reason").asText()).isEqualTo("killed");
    assertThat(state("waiting")).isEqualTo("exited");
    shell("waiting", "exit 0", Map.of());
    assertThat(operator.await("waiting").get("exit_code").asInt()).isZero();
  }

  @Test
  void keepsIdAndWorkspaceAcrossRestarts_withAProcessOfItsOwnEachTime() throws IOException {
    int id =
        shell(
            "again",
            "cat /workspace/count 2>/dev/null; echo x >> /workspace/count; echo pid $AGENTOS_AGENT_ID; exit 1",
            Map.of("restart_policy", "on-failure", "max_restarts", 2));
    operator.await("again");
    String log = operator.log("again");
    assertThat(log.split("stdout: pid " + id + "\n", -1)).hasSize(4);
    assertThat(log.split("stdout: x\n", -1)).as("0 + 1 + 2 lines").hasSize(4);
  }

  /** A predecessor's 5-second kill blocked everybody. */
  @Test
  void servesOthers_whileAnAgentTakesItsTimeToEnd() throws IOException {
    shell("stubborn", "trap '' TERM; echo up; while :; do sleep 1; done", Map.of());
    operator.awaitLine("stubborn", "up");
    try (WireClient killer = kernel.connect();
        WireClient waiter = kernel.connect()) {
      killer.send(Opcode.KILL.number(), Operator.json(Map.of("name", "stubborn", "grace", 300)));
      waiter.send(Opcode.WAIT.number(), Operator.json(Map.of("name", "stubborn")));
      Until.holds("it was asked", () -> state("stubborn").equals("stopping"));
      assertThat(operator.call(Opcode.EXEC, Map.of("command", "echo x")).get("stdout").asText())
          .isEqualTo("x\n");
      shell("meanwhile", "exit 0", Map.of());
      assertThat(operator.await("meanwhile").get("exit_code").asInt()).isZero();
      Expect.refusal(
          operator.call(Opcode.PAUSE, Map.of("name", "stubborn")), "INVALID_REQUEST", "stopping");
      assertThat(operator.kill("stubborn").get("killed").asBoolean()).isTrue();
      assertThat(killer.receive().json().get("killed").asBoolean()).isTrue();
      assertThat(waiter.receive().json().get("exit_reason").asText()).isEqualTo("killed");
    }
  }

  /** The first process of a namespace ignores SIGTERM, so the agent's must not be it. */
  @Test
  void endsAnAgentThatDoesNotMind_byTheFirstSignal() throws IOException {
    for (boolean sandboxed : new boolean[] {true, false}) {
      int id = operator.sleeper("willing", Map.of("sandboxed", sandboxed));
      Expect.success(operator.call(Opcode.KILL, Map.of("name", "willing", "grace", 300)));
      JsonNode end = operator.call(Opcode.WAIT, Map.of("id", id));
      assertThat(end.get("signal").asInt()).isEqualTo(15);
      assertThat(end.get("exit_reason").asText()).isEqualTo("killed");
    }
  }

  /** A second, more patient KILL does not put off what the first has announced. */
  @Test
  void keepsTheEarlierDeadline_ofTwoKills() throws IOException {
    shell("twice", "trap '' TERM; echo up; while :; do sleep 1; done", Map.of());
    operator.awaitLine("twice", "up");
    try (WireClient first = kernel.connect()) {
      first.send(Opcode.KILL.number(), Operator.json(Map.of("name", "twice", "grace", 0.3)));
      Until.holds("it was asked", () -> state("twice").equals("stopping"));
      JsonNode second = operator.call(Opcode.KILL, Map.of("name", "twice", "grace", 100));
      assertThat(Expect.success(second).get("exit_reason").asText()).isEqualTo("killed");
      Expect.success(first.receive().json());
    }
  }

  @Test
  void sendsTheSignalThatWasAskedFor() throws IOException {
    shell(
        "trapping",
        "trap 'echo got USR1; exit 4' USR1; echo up; while :; do sleep 0.02; done",
        Map.of());
    operator.awaitLine("trapping", "up");
    Expect.success(
        operator.call(Opcode.KILL, Map.of("name", "trapping", "signal", 10, "grace", 100)));
    assertThat(operator.log("trapping")).contains("got USR1");
    assertThat(operator.await("trapping").get("exit_code").asInt()).isEqualTo(4);
    for (int signal : new int[] {0, -1, 65}) {
      operator.sleeper("asleep", Map.of());
      Expect.refusal(
          operator.call(Opcode.KILL, Map.of("name", "asleep", "signal", signal)),
          "INVALID_REQUEST",
          "1 to 64");
      operator.kill("asleep");
    }
    for (Object grace : new Object[] {-1, 301, 1e300}) {
      Expect.refusal(
          operator.call(Opcode.KILL, Map.of("name", "trapping", "grace", grace)),
          "INVALID_REQUEST",
          "grace");
    }
  }

  @Test
  void killsAPausedAgent_whichCanStillSayGoodbye() throws IOException {
    shell(
        "frozen", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done", Map.of());
    operator.awaitLine("frozen", "up");
    Expect.success(operator.call(Opcode.PAUSE, Map.of("name", "frozen")));
    Expect.success(operator.call(Opcode.KILL, Map.of("name", "frozen", "grace", 100)));
    assertThat(operator.log("frozen")).contains("stdout: bye");
    for (Opcode opcode : new Opcode[] {Opcode.PAUSE, Opcode.RESUME}) {
      Expect.refusal(
          operator.call(opcode, Map.of("name", "frozen")), "INVALID_REQUEST", "is exited");
    }
  }

  @Test
  void endsAPausedAgent_atItsWallTime() throws IOException {
    operator.sleeper("late", Map.of("limits", Map.of("wall_time", 0.5)));
    Expect.success(operator.call(Opcode.PAUSE, Map.of("name", "late")));
    assertThat(operator.await("late").get("exit_reason").asText()).isEqualTo("wall_time");
  }

  @Test
  void tellsEveryWaiter_andKeepsTheRecord() throws IOException {
    operator.python(
        "recorded",
        "import os, sys\nx = b'x' * 50000000\nwhile not os.path.exists('/workspace/end'): pass\nsys.exit(9)",
        Map.of());
    List<WireClient> waiters = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      WireClient waiter = kernel.connect();
      waiter.send(Opcode.WAIT.number(), "{\"name\":\"recorded\"}".getBytes(StandardCharsets.UTF_8));
      waiters.add(waiter);
    }
    waiters.remove(0).close();
    int id = operator.find("recorded").get("id").asInt();
    String end = kernel.folder().resolve("state/workspaces/" + id + "-recorded/end").toString();
    Expect.success(operator.call(Opcode.WRITE, Map.of("path", end, "content", "")));
    for (WireClient waiter : waiters) {
      JsonNode record = waiter.receive().json();
      assertThat(record.get("exit_code").asInt()).isEqualTo(9);
      assertThat(record.get("exit_reason").asText()).isEqualTo("exited");
      assertThat(record.get("detail").asText()).contains("code 9");
      assertThat(record.at("/usage/cpu_ms").asLong()).isPositive();
      assertThat(record.at("/usage/memory_peak").asLong()).isGreaterThan(50_000_000);
      assertThat(record.at("/usage/wall_ms").asLong()).isPositive();
      waiter.close();
    }
    JsonNode row = operator.find("recorded");
    assertThat(row.get("running").asBoolean()).isFalse();
    assertThat(row.get("exit_code").asInt()).isEqualTo(9);
    assertThat(row.get("pid").asInt()).isZero();
    for (Object timeout : new Object[] {-1, -0.001}) {
      Expect.refusal(
          operator.call(Opcode.WAIT, Map.of("name", "recorded", "timeout", timeout)),
          "INVALID_REQUEST",
          "timeout");
    }
  }

  /**
   * Not by hiding from its session, its parent or its terminal: what an agent started ends with it.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesNoProcessBehind(boolean sandboxed) throws IOException {
    String mark = sandboxed ? "424242" : "434343";
    shell(
        "parent",
        "setsid sh -c '(sleep "
            + mark
            + " &) ; sleep "
            + mark
            + " & exit 0' & trap '' TERM; exit 0",
        Map.of("sandboxed", sandboxed));
    assertThat(operator.await("parent").get("exit_code").asInt()).isZero();
    Until.holds("they are gone", () -> Procs.withArgument(mark).isEmpty());
  }

  /** Whichever of an agent's processes dies by someone else's hand, the record says how. */
  @Test
  void survivesTheDeathOfItsHelpers() throws IOException {
    for (int victim = 0; victim < 3; victim++) {
      int id = operator.sleeper("bereft", Map.of());
      long pid = operator.find("bereft").get("pid").asLong();
      long init = Procs.status(pid, "PPid");
      long helper = Procs.status(init, "PPid");
      long[] chain = {pid, init, helper};
      assertThat(ProcessHandle.of(chain[victim]).orElseThrow().destroyForcibly()).isTrue();
      JsonNode end = operator.call(Opcode.WAIT, Map.of("id", id, "timeout", 60));
      assertThat(end.get("exit_reason").asText()).as("%s", end).isEqualTo("signalled");
      assertThat(end.get("signal").asInt()).isEqualTo(9);
      for (long process : chain) {
        Until.holds("nothing is left", () -> Procs.read(process, "stat").isEmpty());
      }
    }
  }

  @Test
  void givesAnAgentWithoutASandboxTheHostsNetwork() throws IOException {
    operator.sleeper("inside", Map.of());
    operator.sleeper("outside", Map.of("sandboxed", false));
    operator.sleeper("shared", Map.of("network", true));
    String host = Procs.link(kernel.pid(), "ns/net");
    Map<String, Boolean> expected = new HashMap<>();
    expected.put("inside", false);
    expected.put("outside", true);
    expected.put("shared", true);
    for (Map.Entry<String, Boolean> agent : expected.entrySet()) {
      long pid = operator.find(agent.getKey()).get("pid").asLong();
      assertThat(Procs.link(pid, "ns/net").equals(host)).isEqualTo(agent.getValue());
    }
  }
}
