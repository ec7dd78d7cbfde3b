// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code agentos llm} against a real kernel, its LLM service, and agents. */
final class LlmCommandIT {
  private static final String CONFIG =
      """
      [scheduler.limits."offline/offline-1"]
      requests_per_minute = 100
      [scheduler.budgets.workers]
      agents = "worker-*"
      per = "month"
      max_tokens = 100000
      """;

  private KernelProcess kernel;
  private Operator operator;

  @BeforeEach
  void start() throws IOException {
    Path folder = KernelProcess.newFolder();
    Path config = Files.writeString(folder.resolve("agentos.toml"), CONFIG);
    kernel = KernelProcess.startIn(folder, Map.of(), List.of(), "--config", config.toString());
    operator = new Operator(kernel);
  }

  @AfterEach
  void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  private Cli.Result llm(String... words) {
    return Cli.on(kernel.socket(), "llm", words);
  }

  @Test
  void showsSharesBudgetsAndModels() throws IOException {
    try (SandboxedAgent worker =
        SandboxedAgent.start(kernel, operator, "worker-1", Map.of("llm_weight", 300))) {
      Expect.success(worker.call(Opcode.THINK, Map.of("prompt", "x")));
      Cli.Result status = llm();
      assertThat(status.code()).as(status.toString()).isZero();
      assertThat(status.out())
          .contains("offline/offline-1", "ok", "worker-1", "300", "workers", "of 100000");
      assertThat(llm("status", "--json").out()).startsWith("{").contains("\"shares\"");
    }
  }

  @Test
  void tellsWhyARequestWent() throws IOException {
    try (SandboxedAgent worker = SandboxedAgent.start(kernel, operator, "worker-1", Map.of())) {
      Expect.success(worker.call(Opcode.THINK, Map.of("prompt", "x")));
      Expect.success(operator.call(Opcode.THINK, Map.of("prompt", "y")));
      String trace = llm("trace", "--agent", "worker-1").out();
      assertThat(trace).contains("of worker-1", "queued", "started", "its turn", "answered");
      assertThat(llm("trace").out()).contains("request 1", "request 2");
      assertThat(llm("trace", "--agent", "nobody").code()).isNotZero();
    }
  }

  @Test
  void sumsUpWhatWasSpent() throws IOException {
    try (SandboxedAgent worker = SandboxedAgent.start(kernel, operator, "worker-1", Map.of())) {
      Expect.success(worker.call(Opcode.THINK, Map.of("prompt", "x")));
      Expect.success(worker.call(Opcode.THINK, Map.of("prompt", "x")));
      Until.holds("it is written down", () -> llm("usage").out().contains("worker-1"));
      Until.holds("both are", () -> llm("usage", "--json").out().contains("\"calls\":2"));
    }
  }

  /** An agent sees its own share, its own requests, and no budget; others' spending it does not. */
  @Test
  void showsAnAgentOnlyWhatIsItsOwn() throws IOException {
    Expect.success(operator.call(Opcode.THINK, Map.of("prompt", "operators' own")));
    try (SandboxedAgent one = SandboxedAgent.start(kernel, operator, "worker-1", Map.of());
        SandboxedAgent two = SandboxedAgent.start(kernel, operator, "worker-2", Map.of())) {
      Expect.success(one.call(Opcode.THINK, Map.of("prompt", "x")));
      Expect.success(two.call(Opcode.THINK, Map.of("prompt", "x")));
      String status = one.call(Opcode.LLM_STATUS, Map.of()).toString();
      assertThat(status)
          .contains("worker-1")
          .doesNotContain("worker-2", "operators", "budgets", "pid");
      String trace = one.call(Opcode.LLM_TRACE, Map.of()).toString();
      assertThat(trace).contains("worker-1").doesNotContain("worker-2");
      Expect.refusal(
          one.call(Opcode.LLM_TRACE, Map.of("name", "worker-2")), "PERMISSION_DENIED", "worker-2");
      Expect.refusal(one.call(Opcode.LLM_USAGE, Map.of()), "PERMISSION_DENIED", "operators");
    }
  }

  @Test
  void saysHowTheHostIsLetIn_whereItIsNot() {
    Cli.Result door = llm("door");
    assertThat(door.code()).isNotZero();
    assertThat(door.out()).isEmpty();
    assertThat(door.err()).contains("[door]", "listen = \"127.0.0.1:");
    assertThat(llm().out()).doesNotContain("programs of this host");
  }

  @Test
  void refusesWhatMakesNoSense() throws IOException {
    assertThat(llm("statistics").err()).contains("status, trace, usage or door");
    Expect.refusal(
        operator.call(Opcode.LLM_TRACE, Map.of("limit", 0)), "INVALID_REQUEST", "1 to 200");
    Expect.refusal(operator.call(Opcode.LLM_USAGE, Map.of("days", 401)), "INVALID_REQUEST", "400");
    Expect.refusal(
        operator.call(
            Opcode.SPAWN, Map.of("name", "w", "command", List.of("true"), "llm_weight", 0)),
        "INVALID_REQUEST",
        "llm_weight");
  }
}
