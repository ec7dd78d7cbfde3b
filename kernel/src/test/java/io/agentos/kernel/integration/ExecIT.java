// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** EXEC: what a command gets, what comes back of it, and that nothing of it stays. */
final class ExecIT {
  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    agent = SandboxedAgent.start(kernel, operator, "executor", Map.of());
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
  }

  private static JsonNode exec(String line) throws IOException {
    return agent.call(Opcode.EXEC, Map.of("command", line));
  }

  private static JsonNode exec(String line, Map<String, ?> more) throws IOException {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("command", line);
    return agent.call(Opcode.EXEC, fields);
  }

  @Test
  void tellsOutputExitCodeAndUsage() throws IOException {
    JsonNode answer = exec("echo out; echo err >&2; exit 3");
    assertThat(answer.get("success").asBoolean()).isFalse();
    assertThat(answer.get("exit_code").asInt()).isEqualTo(3);
    assertThat(answer.get("stdout").asText()).isEqualTo("out\n");
    assertThat(answer.get("stderr").asText()).isEqualTo("err\n");
    assertThat(answer.has("signal")).isFalse();
    assertThat(answer.has("code")).as("it ran: no refusal").isFalse();
    assertThat(answer.get("timed_out").asBoolean()).isFalse();
    assertThat(answer.get("truncated").asBoolean()).isFalse();
    assertThat(answer.at("/usage/memory_peak").asLong()).isGreaterThan(100_000);
    assertThat(answer.at("/usage/wall_ms").isIntegralNumber()).isTrue();
    assertThat(exec("true").get("success").asBoolean()).isTrue();
  }

  @Test
  void tellsTheSignal_whenOneEndedIt() throws IOException {
    JsonNode answer = exec("kill -SEGV $$");
    assertThat(answer.get("signal").asInt()).isEqualTo(11);
    assertThat(answer.get("exit_code").asInt()).isEqualTo(128 + 11);
    assertThat(answer.get("success").asBoolean()).isFalse();
  }

  @Test
  void givesInputEnvironmentAndFolder() throws IOException {
    String large = "line of input\n".repeat(20_000);
    Map<String, ?> more = Map.of("stdin", large, "cwd", "/tmp", "env", Map.of("MINE", "a b$c"));
    JsonNode answer = exec("wc -c; pwd; printf '%s' \"$MINE\"", more);
    assertThat(answer.get("stdout").asText()).isEqualTo(large.length() + "\n/tmp\na b$c");
    assertThat(exec("cat").get("stdout").asText()).as("without stdin: its end").isEmpty();
    assertThat(exec("true", Map.of("stdin", large)).get("success").asBoolean()).isTrue();
  }

  /** A word of argv is a word, whatever a shell would make of it. */
  @Test
  void takesArgumentsAsTheyAre() throws IOException {
    List<String> argv = List.of("/usr/bin/printf", "%s|", "a b", "$(id)", ";", "*", "'", "", "é");
    JsonNode answer = agent.call(Opcode.EXEC, Map.of("argv", argv));
    assertThat(answer.get("stdout").asText()).isEqualTo("a b|$(id)|;|*|'||é|");
  }

  @Test
  void runsInTheAgentsSandbox_asTheAgent() throws IOException {
    long host = operator.find("executor").get("pid").asLong();
    for (String namespace : List.of("mnt", "pid", "net", "ipc", "uts", "user", "cgroup")) {
      String own = agent.shell("readlink /proc/self/ns/" + namespace).trim();
      assertThat(own).as(namespace).isEqualTo(Procs.link(host, "ns/" + namespace));
      assertThat(own).isNotEqualTo(Procs.link(kernel.pid(), "ns/" + namespace));
    }
    assertThat(agent.shell("id -u; id -g")).isEqualTo("1000\n1000\n");
    assertThat(agent.shell("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status"))
        .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1")
        .contains("Seccomp:\t2");
    assertThat(agent.shell("ls /proc/self/fd").split("\n")).as("0 1 2 and ls's own").hasSize(4);
    assertThat(agent.shell("env"))
        .contains("AGENTOS_AGENT_NAME=executor")
        .doesNotContain("AGENTOS_STATE_DIR", "JAVA", "MAVEN");
  }

  /** Without a sandbox the network is the host's, and an operator's command runs as its kernel. */
  @Test
  void runsOnTheHost_forAnOperator() throws IOException {
    JsonNode answer =
        operator.call(Opcode.EXEC, Map.of("command", "readlink /proc/self/ns/net; id -u"));
    Object user = Files.getAttribute(Path.of("/proc/" + kernel.pid()), "unix:uid");
    assertThat(answer.get("stdout").asText())
        .isEqualTo(Procs.link(kernel.pid(), "ns/net") + "\n" + user + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "/nowhere/program,NOT_FOUND,No such file",
    "/etc/os-release,NOT_FOUND,/etc/os-release",
    "relative,NOT_FOUND,relative",
  })
  void saysWhatCouldNotBeStarted(String program, String code, String word) throws IOException {
    Expect.refusal(agent.call(Opcode.EXEC, Map.of("argv", List.of(program))), code, word);
  }

  @Test
  void refusesWhatCanNotBeACommand() throws IOException {
    Expect.refusal(agent.call(Opcode.EXEC, Map.of()), "INVALID_REQUEST", "exactly one");
    Expect.refusal(exec("x", Map.of("argv", List.of("x"))), "INVALID_REQUEST", "exactly one");
    Expect.refusal(agent.call(Opcode.EXEC, Map.of("argv", List.of())), "INVALID_REQUEST", "argv");
    Expect.refusal(exec("a\0b"), "INVALID_REQUEST", "NUL");
    Expect.refusal(exec("x".repeat(200_000)), "INVALID_REQUEST", "131072");
    Expect.refusal(exec("true", Map.of("cwd", "tmp")), "INVALID_REQUEST", "absolute");
    Expect.refusal(exec("true", Map.of("cwd", "/nowhere")), "NOT_FOUND", "/nowhere");
    Expect.refusal(exec("true", Map.of("timeout", 0)), "INVALID_REQUEST", "timeout");
    Expect.refusal(exec("true", Map.of("timeout", 1e9)), "INVALID_REQUEST", "3600");
    Expect.refusal(exec("true", Map.of("env", Map.of("A=B", "x"))), "INVALID_REQUEST", "env");
    Expect.refusal(exec("sudo true"), "PERMISSION_DENIED", "blocked command");
  }

  @Test
  void endsACommandAndAllThatItStarted_whenItsTimeIsUp() throws IOException {
    JsonNode answer =
        exec(
            "echo before; trap '' TERM; (setsid sleep 987654 &); sleep 987654",
            Map.of("timeout", 0.5));
    assertThat(answer.get("timed_out").asBoolean()).isTrue();
    assertThat(answer.get("stdout").asText()).isEqualTo("before\n");
    assertThat(answer.get("signal").asInt()).isEqualTo(9);
    assertThat(answer.get("success").asBoolean()).isFalse();
    assertThat(Procs.withArgument("987654")).isEmpty();
  }

  /** The agent's own bound holds whatever the call asks for. */
  @Test
  void endsACommand_atTheBoundOfTheAgentsPermissions() throws IOException {
    Map<String, ?> permissions = Map.of("permissions", Map.of("max_exec_time_ms", 200));
    try (SandboxedAgent hurried = SandboxedAgent.start(kernel, operator, "hurried", permissions)) {
      Map<String, ?> fields = Map.of("command", "sleep 1000", "timeout", 1000);
      assertThat(hurried.call(Opcode.EXEC, fields).get("timed_out").asBoolean()).isTrue();
    }
  }

  /** What a command leaves running ends with it: nobody would answer for it. */
  @Test
  void leavesNothingRunning() throws IOException {
    agent.shell("(setsid sleep 876543 >/dev/null 2>&1 &); nohup sleep 876543 >/dev/null 2>&1 &");
    Until.holds("the left ones are gone", () -> Procs.withArgument("876543").isEmpty());
  }

  @Test
  void endsTheCommand_whenItsCallerGoesAway() throws IOException {
    try (WireClient caller = agent.connect()) {
      caller.send(Opcode.EXEC.number(), Operator.json(Map.of("command", "sleep 765432")));
      Until.holds("the command runs", () -> !Procs.withArgument("765432").isEmpty());
    }
    Until.holds("the command is gone", () -> Procs.withArgument("765432").isEmpty());
    try (WireClient caller = kernel.connect()) {
      caller.send(Opcode.EXEC.number(), Operator.json(Map.of("command", "sleep 765431")));
      Until.holds("the command runs", () -> !Procs.withArgument("765431").isEmpty());
    }
    Until.holds("the command is gone", () -> Procs.withArgument("765431").isEmpty());
  }

  @Test
  void keepsTheHeadOfAFlood_andSaysSo() throws IOException {
    JsonNode answer =
        exec("head -c 30000000 /dev/zero | tr '\\0' x; head -c 30000000 /dev/zero >&2");
    assertThat(answer.get("truncated").asBoolean()).isTrue();
    assertThat(answer.get("exit_code").asInt()).isZero();
    assertThat(answer.get("stdout").asText()).hasSize(448 * 1024).matches("x+");
    assertThat(answer.get("stderr").asText()).matches("\0+");
  }

  @Test
  void showsBytesThatAreNoText() throws IOException {
    assertThat(exec("printf 'a\\377b\\303('").get("stdout").asText()).isEqualTo("a\uFFFDb\uFFFD(");
  }

  @ParameterizedTest
  @ValueSource(strings = {"stdout", "stderr"})
  void streamsOutput_byteByByteAndWhole(String stream) throws IOException {
    String redirect = stream.equals("stderr") ? ">&2" : "";
    String line = "i=0; while [ $i -lt 3000 ]; do echo \"$i é 😀\"; i=$((i+1)); done " + redirect;
    Map<String, String> text = stream(Map.of("command", line, "stream", true));
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      expected.append(i).append(" é 😀\n");
    }
    assertThat(text.get(stream)).isEqualTo(expected.toString());
  }

  /** Both streams, faster than they are taken: neither is lost. */
  @Test
  void streamsBothCompletely_toASlowReader() throws IOException {
    String line =
        "head -c 3000000 /dev/zero | tr '\\0' o & head -c 3000000 /dev/zero | tr '\\0' e >&2; wait";
    Map<String, String> text = stream(Map.of("command", line, "stream", true));
    assertThat(text.get("stdout")).hasSize(3_000_000);
    assertThat(text.get("stderr")).hasSize(3_000_000);
  }

  /** Output comes while the command runs: it ends only once the reader has seen it. */
  @Test
  void streamsWhileTheCommandRuns() throws IOException {
    try (WireClient caller = agent.connect()) {
      String line = "echo first; until [ -e seen ]; do sleep 0.01; done; echo second";
      caller.send(Opcode.EXEC.number(), Operator.json(Map.of("command", line, "stream", true)));
      JsonNode part = caller.receive().json();
      assertThat(part.get("partial").asBoolean()).isTrue();
      assertThat(part.get("data").asText()).isEqualTo("first\n");
      agent.call(Opcode.WRITE, Map.of("path", "/workspace/seen", "content", ""));
      assertThat(caller.receive().json().get("data").asText()).isEqualTo("second\n");
      assertThat(caller.receive().json().get("exit_code").asInt()).isZero();
    }
  }

  private static Map<String, String> stream(Map<String, ?> fields) throws IOException {
    StringBuilder stdout = new StringBuilder();
    StringBuilder stderr = new StringBuilder();
    JsonNode answer = agent.call(Opcode.EXEC, fields);
    while (answer.path("partial").asBoolean()) {
      boolean out = answer.get("stream").asText().equals("stdout");
      (out ? stdout : stderr).append(answer.get("data").asText());
      answer = agent.client().receive().json();
    }
    Expect.success(answer);
    return Map.of("stdout", stdout.toString(), "stderr", stderr.toString());
  }

  @Test
  void endsWithItsAgent() throws IOException {
    SandboxedAgent doomed = SandboxedAgent.start(kernel, operator, "doomed", Map.of());
    try (WireClient caller = doomed.connect()) {
      caller.send(Opcode.EXEC.number(), Operator.json(Map.of("command", "sleep 654321")));
      Until.holds("the command runs", () -> !Procs.withArgument("654321").isEmpty());
      doomed.close();
      Until.holds("the command is gone", () -> Procs.withArgument("654321").isEmpty());
    }
  }

  /** Long commands of one caller hold up neither its short ones nor anybody else's. */
  @Test
  void runsManyAtOnce() throws IOException {
    List<WireClient> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      WireClient caller = agent.connect();
      caller.send(
          Opcode.EXEC.number(),
          Operator.json(Map.of("command", "until [ -e go ]; do sleep 0.05; done; echo " + i)));
      waiting.add(caller);
    }
    assertThat(agent.shell("echo short")).isEqualTo("short\n");
    assertThat(operator.call(Opcode.EXEC, Map.of("command", "echo other")).get("stdout").asText())
        .isEqualTo("other\n");
    agent.shell("touch go");
    for (int i = 0; i < waiting.size(); i++) {
      assertThat(waiting.get(i).receive().json().get("stdout").asText()).isEqualTo(i + "\n");
      waiting.get(i).close();
    }
  }
}
