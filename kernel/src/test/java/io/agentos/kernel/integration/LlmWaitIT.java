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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Agents that stand still while they wait for the LLM, and what brings them back. */
final class LlmWaitIT {
  private static final String SCRIPT =
      """
      rules:
        - match: "^soon"
          delay_ms: 2500
          content: "one two three"
        - match: "^never"
          delay_ms: 600000
          content: "too late"
      """;

  private static final String HEAD =
      """
      import signal, sys, threading
      from agentos import AgentOSClient, TimedOut
      client = AgentOSClient().connect()
      def say(words): print(words, flush=True)
      def beside(work): threading.Thread(target=work, daemon=True).start()
      """;

  private static KernelProcess kernel;
  private static Operator operator;

  @BeforeAll
  static void start() throws IOException {
    Path folder = KernelProcess.newFolder();
    Path script = Files.writeString(folder.resolve("script.yaml"), SCRIPT);
    Map<String, String> environment = Map.of("AGENTOS_LLM_SCRIPT", script.toString());
    kernel = KernelProcess.startIn(folder, environment, List.of());
    operator = new Operator(kernel);
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  private static void run(String name, String program) throws IOException {
    operator.python(name, HEAD + program, Map.of("freeze_while_waiting", true));
  }

  private static boolean waits(String name) throws IOException {
    return operator.find(name).get("waiting").asBoolean();
  }

  private static void awaitWaiting(String name) {
    Until.holds(name + " waits", () -> waits(name));
  }

  /** Whether the system says that it stands still: frozen with its group, or stopped. */
  private static boolean standsStill(int pid) throws IOException {
    if (Procs.read(pid, "status").contains("State:\tT")) {
      return true;
    }
    for (String line : Procs.read(pid, "cgroup").split("\n")) {
      String group = line.substring(line.indexOf(':', 2) + 1);
      for (String root : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
        Path events = Path.of(root + group, "cgroup.events");
        if (Files.isReadable(events) && Files.readString(events).contains("frozen 1")) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void standsStill_untilItsAnswerComes() throws IOException {
    run("patient", "say(client.think('soon').content)\nsay(client.think('soon').content + '!')");
    int pid = operator.find("patient").get("pid").asInt();
    awaitWaiting("patient");
    Until.holds("it stands still", () -> standsStill(pid));
    assertThat(operator.find("patient").get("state").asText()).isEqualTo("running");
    operator.awaitLine("patient", "one two three");
    awaitWaiting("patient");
    operator.awaitLine("patient", "one two three!");
    assertThat(operator.await("patient").get("exit_code").asInt()).isZero();
    assertThat(waits("patient")).isFalse();
  }

  @Test
  void goesOnAtTheFirstPart() throws IOException {
    run(
        "streaming",
        """
        with client.think_stream('soon') as stream:
            for part in stream:
                say('part')
        """);
    awaitWaiting("streaming");
    operator.awaitLine("streaming", "part");
    assertThat(operator.await("streaming").get("exit_code").asInt()).isZero();
  }

  @Test
  void goesOnWhenItsTimeIsUp() throws IOException {
    run(
        "hasty",
        """
        try:
            client.think('never', timeout=2)
        except TimedOut:
            say('in time')
        """);
    awaitWaiting("hasty");
    operator.awaitLine("hasty", "in time");
  }

  @Test
  void isBroughtBackByAMessage_andWaitsOn() throws IOException {
    run(
        "listening",
        """
        def listen():
            while True:
                say(client.recv(wait=True).messages[0].message)
        beside(listen)
        client.think('never')
        """);
    for (String message : List.of("first", "second")) {
      awaitWaiting("listening");
      Expect.success(
          operator.call(Opcode.SEND, Map.of("to_name", "listening", "message", message)));
      operator.awaitLine("listening", message);
    }
    awaitWaiting("listening");
    operator.kill("listening");
  }

  /** Asking for little must not be a way to stop somebody's own work. */
  @Test
  void isLeftAlone_whileItWorks() throws IOException {
    run(
        "working",
        """
        import time
        def spin():
            while time.thread_time() < 1.5: pass
            say('spun')
        beside(spin)
        client.think('never')
        """);
    run(
        "commanding",
        """
        beside(lambda: say('exec ' + str(client.exec('sleep 2').exit_code)))
        client.think('never')
        """);
    operator.awaitLine("working", "spun");
    operator.awaitLine("commanding", "exec 0");
    awaitWaiting("working");
    awaitWaiting("commanding");
    operator.kill("working");
    operator.kill("commanding");
  }

  @Test
  void canSayGoodbye_andBeKilled() throws IOException {
    run(
        "polite",
        """
        def bye(*_):
            say('bye')
            sys.exit(0)
        signal.signal(signal.SIGTERM, bye)
        client.think('never')
        """);
    awaitWaiting("polite");
    Expect.success(operator.call(Opcode.KILL, Map.of("name", "polite")));
    assertThat(operator.log("polite")).contains("bye");
    run("stubborn", "client.think('never')");
    awaitWaiting("stubborn");
    assertThat(operator.kill("stubborn").get("killed").asBoolean()).isTrue();
  }

  @Test
  void endsInTime() throws IOException {
    Map<String, ?> limited = Map.of("freeze_while_waiting", true, "limits", Map.of("wall_time", 2));
    operator.python("limited", HEAD + "client.think('never')", limited);
    awaitWaiting("limited");
    assertThat(operator.await("limited").get("exit_reason").asText()).isEqualTo("wall_time");
    assertThat(waits("limited")).isFalse();
  }

  @Test
  void doesNotMixWithPause() throws IOException {
    run("paused", "say(client.think('soon').content)");
    awaitWaiting("paused");
    Expect.success(operator.call(Opcode.PAUSE, Map.of("name", "paused")));
    Until.holds("its answer has come", () -> !waits("paused"));
    int pid = operator.find("paused").get("pid").asInt();
    Until.holds("it stands still for the operator", () -> standsStill(pid));
    assertThat(operator.log("paused")).doesNotContain("one two three");
    Expect.success(operator.call(Opcode.RESUME, Map.of("name", "paused")));
    operator.awaitLine("paused", "one two three");
  }

  @Test
  void isAskedFor() throws IOException {
    operator.python("restless", HEAD + "say(client.think('soon').content)", Map.of());
    while (operator.find("restless").get("running").asBoolean()) {
      assertThat(waits("restless")).isFalse();
    }
    assertThat(operator.log("restless")).contains("one two three");
    JsonNode wrong =
        operator.call(
            Opcode.SPAWN,
            Map.of(
                "name", "wrong", "command", List.of("/bin/true"), "freeze_while_waiting", "yes"));
    Expect.refusal(wrong, "INVALID_REQUEST", "freeze_while_waiting");
  }
}
