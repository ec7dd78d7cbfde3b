// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent's limits hold for what it runs by EXEC too, whatever enforces them. */
final class ExecLimitsIT {
  static Stream<List<String>> users() {
    return Stream.of(List.of(), Procs.unprivileged());
  }

  /** Who outgrows the memory dies of it, whichever process of the agent it is. */
  @ParameterizedTest
  @MethodSource("users")
  void countsTheCommandsMemory(List<String> user) throws IOException {
    Map<String, ?> limits = Map.of("limits", Map.of("memory", "96M"));
    try (KernelProcess kernel = KernelProcess.start(Map.of(), user);
        Operator operator = new Operator(kernel);
        SandboxedAgent small = SandboxedAgent.start(kernel, operator, "small", limits)) {
      String grow =
          """
          x = []
          while len(x) < 1000:
              x.append(b'x' * 1000000)
          open('/workspace/survived', 'w').close()
          """;
      List<String> argv = List.of("/usr/bin/python3", "-c", grow);
      small.client().send(Opcode.EXEC.number(), Operator.json(Map.of("argv", argv)));
      try {
        small.client().receive();
      } catch (EOFException agentEnded) {
        // Then it was the agent as a whole.
      }
      assertThat(small.workspace().resolve("survived")).doesNotExist();
    }
  }

  @ParameterizedTest
  @MethodSource("users")
  void holdsTheCommandToTheCpuShare(List<String> user) throws IOException {
    Map<String, ?> limits = Map.of("limits", Map.of("cpu", 0.2));
    try (KernelProcess kernel = KernelProcess.start(Map.of(), user);
        Operator operator = new Operator(kernel);
        SandboxedAgent slow = SandboxedAgent.start(kernel, operator, "slow", limits)) {
      JsonNode answer =
          slow.call(Opcode.EXEC, Map.of("command", "while :; do :; done", "timeout", 3));
      double share = answer.at("/usage/cpu_ms").asDouble() / answer.at("/usage/wall_ms").asDouble();
      assertThat(share).as("%s", answer).isLessThan(0.35);
    }
  }
}
