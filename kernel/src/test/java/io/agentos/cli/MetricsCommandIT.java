// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code agentos metrics} against a real kernel. */
final class MetricsCommandIT {
  private static KernelProcess kernel;
  private static Operator operator;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    operator.sleeper("worker", Map.of("limits", Map.of("memory", "64M", "cpu", 0.5)));
    Expect.success(operator.call(Opcode.THINK, Map.of("prompt", "x")));
    Expect.refusal(operator.call(Opcode.KILL, Map.of("name", "nobody")), "NOT_FOUND");
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  private static Cli.Result metrics(String... words) {
    return Cli.on(kernel.socket(), "metrics", words);
  }

  @Test
  void showsTheKernel() {
    Cli.Result shown = metrics();
    assertThat(shown.code()).as(shown.toString()).isZero();
    assertThat(shown.out())
        .contains("connections", "CPUs, load", "1 running", " NOT_FOUND", "1 calls, ")
        .containsPattern("SPAWN +0 +1 +0 +0 ")
        .containsPattern("KILL +0 +1 +1 +0 .* < \\S+ +< \\S+ ");
    assertThat(metrics("--json").out()).startsWith("{").contains("\"bounds_ms\"");
  }

  @Test
  void showsAnAgent() {
    assertThat(metrics("worker").out())
        .contains("worker (", "limit 64.0M", "limit 0.5 cores", "1 processes", "as throttled");
    assertThat(metrics("worker", "--json").out()).contains("\"throttled_ms\"");
    assertThat(metrics("nobody").err()).contains("nobody");
    assertThat(metrics("nobody").code()).isNotZero();
  }

  @Test
  void writesWhatPrometheusReads() {
    Cli.Result shown = metrics("--prometheus");
    assertThat(shown.code()).as(shown.toString()).isZero();
    assertThat(shown.out().lines())
        .contains(
            "# TYPE agentos_call_duration_seconds histogram",
            "agentos_call_duration_seconds_count{call=\"KILL\"} 1",
            "agentos_agents{state=\"running\"} 1.0",
            "agentos_llm_calls_total 1.0",
            "agentos_model_answered_total{model=\"offline/offline-1\"} 1.0")
        .anyMatch(
            line -> line.matches("agentos_agent_memory_bytes\\{agent=\"worker\",id=\"\\d+\"} .*"))
        .allMatch(
            line ->
                line.matches("# (HELP|TYPE) agentos_\\w+ .*")
                    || line.matches("agentos_\\w+(\\{(\\w+=\"[^\"\\\\]*\",?)+})? [-+0-9.E]+"));
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    assertThat(metrics("worker", "--prometheus").err()).contains("for all agents");
    assertThat(metrics("--json", "--prometheus").code()).isEqualTo(2);
  }
}
