// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import io.agentos.kernel.wire.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted and measured, and who may see it. */
final class MetricsIT {
  private static KernelProcess kernel;
  private static Operator operator;
  private WireClient alice;

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

  @BeforeEach
  void spawn() throws IOException {
    alice = kernel.connectAs(operator.puppet("alice", Map.of()));
  }

  @AfterEach
  void kill() throws IOException {
    alice.close();
    operator.kill("alice");
  }

  private static JsonNode system() throws IOException {
    return Expect.success(operator.call(Opcode.METRICS_SYSTEM, Map.of()));
  }

  private static JsonNode agent(String name) throws IOException {
    return Expect.success(operator.call(Opcode.METRICS_AGENT, Map.of("name", name)));
  }

  private static JsonNode own(WireClient client) throws IOException {
    return Expect.success(Operator.call(client, Opcode.METRICS_AGENT, Map.of()));
  }

  /** The row of one kind of call; of one that was never made, none of its fields. */
  private static JsonNode row(JsonNode metrics, Opcode call) {
    return StreamSupport.stream(metrics.get("calls").spliterator(), /* parallel= */ false)
        .filter(row -> row.get("call").asText().equals(call.name()))
        .findFirst()
        .orElseGet(Json::object);
  }

  private static long count(JsonNode metrics, Opcode call, String field) {
    return row(metrics, call).path(field).asLong();
  }

  @Test
  void countsTheCallsOfAnAgentAndOfAll() throws IOException {
    JsonNode before = system();
    for (int i = 0; i < 3; i++) {
      assertThat(Operator.call(alice, Opcode.LIST, Map.of()).isArray()).isTrue();
    }
    Expect.refusal(
        Operator.call(alice, Opcode.SPAWN, Map.of("name", "x", "command", List.of("true"))),
        "PERMISSION_DENIED");
    JsonNode own = own(alice);
    JsonNode list = row(own, Opcode.LIST);
    assertThat(list.get("ended").asInt()).isEqualTo(3);
    assertThat(list.get("failed").asInt()).isZero();
    assertThat(list.get("total_ms").asDouble())
        .isGreaterThanOrEqualTo(list.get("longest_ms").asDouble())
        .isPositive();
    assertThat(sum(list.get("within"))).isEqualTo(3);
    assertThat(list.get("within")).hasSize(own.get("bounds_ms").size() + 1);
    assertThat(count(own, Opcode.SPAWN, "failed")).isOne();
    assertThat(own.at("/failures/PERMISSION_DENIED").asInt()).isOne();
    assertThat(count(own, Opcode.METRICS_AGENT, "under_way")).isOne();
    JsonNode after = system();
    assertThat(count(after, Opcode.LIST, "ended") - count(before, Opcode.LIST, "ended"))
        .isGreaterThanOrEqualTo(3);
  }

  private static long sum(JsonNode numbers) {
    long sum = 0;
    for (JsonNode number : numbers) {
      sum += number.asLong();
    }
    return sum;
  }

  @Test
  void countsCallsThatNobodyWaitsForAnyMore() throws IOException {
    try (WireClient other = kernel.connectAs(operator.find("alice").get("id").asInt())) {
      other.send(Opcode.RECV.number(), Operator.json(Map.of("wait", true)));
      Until.holds("it waits", () -> count(agent("alice"), Opcode.RECV, "under_way") == 1);
    }
    Until.holds("it is given up", () -> count(agent("alice"), Opcode.RECV, "abandoned") == 1);
    JsonNode receive = row(agent("alice"), Opcode.RECV);
    assertThat(receive.get("under_way").asInt()).isZero();
    assertThat(receive.get("ended").asInt()).isOne();
    assertThat(receive.get("failed").asInt()).isZero();
  }

  /** Numbers of calls that there are not: a kernel keeps no row for each. */
  @Test
  void keepsNothingOfUnknownCalls() throws IOException {
    for (int number = 0x80; number < 0xA0; number++) {
      alice.send(number, Operator.json(Map.of()));
      Expect.refusal(alice.receive().json(), "UNKNOWN_SYSCALL");
    }
    assertThat(own(alice).get("calls")).hasSize(1);
    assertThat(system().get("calls").toString()).doesNotContain("UNKNOWN");
  }

  @Test
  void measuresTheKernelAndItsHost() throws IOException {
    JsonNode before = system();
    try (WireClient further = kernel.connect()) {
      Expect.success(Operator.call(further, Opcode.GET_PERMS, Map.of()));
      JsonNode now = system();
      assertThat(now.at("/connections/open").asInt())
          .isEqualTo(before.at("/connections/open").asInt() + 1);
      assertThat(now.at("/connections/accepted").asLong())
          .isGreaterThan(before.at("/connections/accepted").asLong());
    }
    for (String field : List.of("pid", "memory", "heap", "cpu_ms", "threads", "descriptors")) {
      assertThat(before.get("kernel").get(field).asLong()).as(field).isPositive();
    }
    assertThat(before.at("/kernel/descriptor_limit").asLong())
        .isGreaterThan(before.at("/kernel/descriptors").asLong());
    assertThat(before.at("/host/cpus").asInt())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(before.at("/host/memory").asLong())
        .isGreaterThan(before.at("/host/memory_available").asLong());
    assertThat(before.get("version").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
  }

  @Test
  void countsHowAgentsEnd() throws IOException {
    JsonNode before = system();
    operator.spawn("ends", List.of("/bin/false"), Map.of());
    Expect.success(operator.await("ends"));
    operator.sleeper("killed", Map.of());
    operator.kill("killed");
    JsonNode after = system();
    for (String reason : List.of("exited", "killed")) {
      assertThat(after.at("/ends/" + reason).asInt())
          .as(reason)
          .isEqualTo(before.at("/ends/" + reason).asInt() + 1);
    }
    assertThat(after.get("events").get("agent.ended").asInt())
        .isEqualTo(before.get("events").path("agent.ended").asInt() + 2);
    assertThat(after.at("/agents/running").asInt()).isOne();
    JsonNode ended = agent("ends");
    assertThat(ended.get("exit_code").asInt()).isOne();
    assertThat(ended.get("throttled_ms").asInt()).isZero();
  }

  @Test
  void measuresHowLongAnAgentStoodStill() throws IOException {
    operator.python("spinner", "while True: pass", Map.of("limits", Map.of("cpu", 0.1)));
    Until.holds("it is throttled", () -> agent("spinner").get("throttled_ms").asLong() > 0);
    Expect.success(operator.call(Opcode.PAUSE, Map.of("name", "spinner")));
    Until.holds("time passes", () -> agent("spinner").get("paused_ms").asLong() > 0);
    Expect.success(operator.call(Opcode.RESUME, Map.of("name", "spinner")));
    long paused = agent("spinner").get("paused_ms").asLong();
    Until.holds("it works on", () -> agent("spinner").get("cpu_ms").asLong() > 100);
    assertThat(agent("spinner").get("paused_ms").asLong()).isEqualTo(paused);
    assertThat(agent("spinner").get("waiting_ms").asLong()).isZero();
    operator.kill("spinner");
  }

  @Test
  void showsMessagesAndTheLlm() throws IOException {
    assertThat(own(alice).has("llm")).isFalse();
    Expect.success(Operator.call(alice, Opcode.THINK, Map.of("prompt", "x")));
    Expect.success(operator.call(Opcode.SEND, Map.of("to_name", "alice", "message", "hello")));
    JsonNode own = own(alice);
    assertThat(own.at("/llm/calls").asInt()).isOne();
    assertThat(own.at("/llm/tokens").asInt()).isPositive();
    assertThat(own.get("mailbox").asInt()).isOne();
    JsonNode llm = system().get("llm");
    assertThat(llm.get("calls").asInt()).isPositive();
    assertThat(llm.at("/models/0/answered").asInt()).isPositive();
  }

  /** An agent sees itself and those that it spawned; never the others, nor the kernel. */
  @Test
  void showsAnAgentOnlyWhatIsItsOwn() throws IOException {
    operator.puppet("bob", Map.of("can_spawn", true));
    try (WireClient bob = kernel.connectAs(operator.find("bob").get("id").asInt())) {
      Map<String, Object> child =
          Map.of("name", "child", "command", List.of("/bin/sleep", "1000"), "sandboxed", true);
      Expect.success(Operator.call(bob, Opcode.SPAWN, child));
      assertThat(names(Operator.call(bob, Opcode.METRICS_ALL, Map.of())))
          .containsExactly("bob", "child");
      assertThat(names(Operator.call(alice, Opcode.METRICS_ALL, Map.of())))
          .containsExactly("alice");
      assertThat(names(operator.call(Opcode.METRICS_ALL, Map.of())))
          .containsExactly("alice", "bob", "child");
      Expect.success(Operator.call(bob, Opcode.METRICS_AGENT, Map.of("name", "child")));
      Expect.refusal(
          Operator.call(alice, Opcode.METRICS_AGENT, Map.of("name", "bob")),
          "PERMISSION_DENIED",
          "bob");
      Expect.refusal(
          Operator.call(alice, Opcode.METRICS_SYSTEM, Map.of()), "PERMISSION_DENIED", "operators");
    } finally {
      operator.kill("child");
      operator.kill("bob");
    }
  }

  private static List<String> names(JsonNode all) {
    return Expect.success(all).findValuesAsText("name").stream()
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  @Test
  void refusesWhatNamesNoAgent() throws IOException {
    Expect.refusal(operator.call(Opcode.METRICS_AGENT, Map.of()), "INVALID_REQUEST", "id and name");
    Expect.refusal(
        operator.call(Opcode.METRICS_AGENT, Map.of("name", "alice", "id", 1)),
        "INVALID_REQUEST",
        "id and name");
    Expect.refusal(
        operator.call(Opcode.METRICS_AGENT, Map.of("name", "nobody")), "NOT_FOUND", "nobody");
    Expect.refusal(
        operator.call(Opcode.METRICS_AGENT, Map.of("id", "one")), "INVALID_REQUEST", "id");
  }
}
