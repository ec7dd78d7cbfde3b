// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An agent's limits hold for what it runs by EXEC too, whatever enforces them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExecLimitsIT {
  private KernelProcess kernel;
  private Operator operator;

  /** Words before the kernel's command. */
  List<String> prefix() {
    return List.of();
  }

  @BeforeAll
  void start() throws IOException {
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
  }

  @AfterAll
  void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  /** The tool call dies of the agent's memory limit, the agent lives. */
  @Test
  void killsTheCommandAndNotTheAgent_whenItOutgrowsTheMemory() throws IOException {
    Map<String, ?> limits = Map.of("limits", Map.of("memory", "96M"));
    try (SandboxedAgent small = SandboxedAgent.start(kernel, operator, "small", limits)) {
      String grow =
          """
          x = []
          while len(x) < 1000:
              x.append(b'x' * 1000000)
          """;
      JsonNode answer =
          small.call(Opcode.EXEC, Map.of("argv", List.of("/usr/bin/python3", "-c", grow)));
      assertThat(answer.path("exit_code").asInt()).as("%s", answer).isNotZero();
      assertThat(answer.path("oom").asBoolean()).as("%s", answer).isTrue();
      assertThat(answer.at("/usage/memory_peak").asLong()).isLessThan(500_000_000);
      assertThat(operator.find("small").get("state").asText()).isEqualTo("running");
      assertThat(small.shell("echo alive")).isEqualTo("alive\n");
    }
  }

  @Test
  void boundsACommandMoreTightlyThanItsAgent() throws IOException {
    try (SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "free", Map.of())) {
      List<String> grow =
          List.of("/usr/bin/python3", "-c", "x = b'x' * 400_000_000\nimport time; time.sleep(9)");
      JsonNode killed =
          agent.call(Opcode.EXEC, Map.of("argv", grow, "limits", Map.of("memory", "64M")));
      JsonNode bomb =
          agent.call(
              Opcode.EXEC,
              Map.of(
                  "command",
                  "for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done",
                  "limits",
                  Map.of("max_pids", 4)));
      JsonNode wrong =
          agent.call(Opcode.EXEC, Map.of("command", "true", "limits", Map.of("cpu", 1)));

      assertThat(killed.path("oom").asBoolean()).as("%s", killed).isTrue();
      assertThat(killed.path("signal").asInt()).isEqualTo(9);
      assertThat(bomb.path("stderr").asText()).containsIgnoringCase("fork");
      assertThat(wrong.path("code").asText()).isEqualTo("INVALID_REQUEST");
      assertThat(agent.shell("echo alive")).isEqualTo("alive\n");
    }
  }

  @Test
  void holdsTheCommandToTheCpuShare() throws IOException {
    Map<String, ?> limits = Map.of("limits", Map.of("cpu", 0.2));
    try (SandboxedAgent slow = SandboxedAgent.start(kernel, operator, "slow", limits)) {
      JsonNode answer =
          slow.call(Opcode.EXEC, Map.of("command", "while :; do :; done", "timeout", 2));
      double share = answer.at("/usage/cpu_ms").asDouble() / answer.at("/usage/wall_ms").asDouble();
      assertThat(share).as("%s", answer).isLessThan(0.35);
    }
  }
}
