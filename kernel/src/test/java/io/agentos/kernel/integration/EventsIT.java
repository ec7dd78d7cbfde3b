// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who hears of what, in which order, and what a flood or a deaf listener does to the others. */
final class EventsIT {
  private static KernelProcess kernel;
  private static Operator operator;
  private int aliceId;
  private int bobId;
  private WireClient alice;
  private WireClient bob;

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
    aliceId = operator.puppet("alice", Map.of("can_spawn", true));
    bobId = operator.puppet("bob", Map.of());
    alice = kernel.connectAs(aliceId);
    bob = kernel.connectAs(bobId);
  }

  @AfterEach
  void kill() throws IOException {
    alice.close();
    bob.close();
    operator.kill("alice");
    operator.kill("bob");
    operator.call(Opcode.UNSUBSCRIBE, Map.of());
  }

  private static JsonNode subscribe(WireClient client, String... types) throws IOException {
    return Expect.success(
        Operator.call(client, Opcode.SUBSCRIBE, Map.of("event_types", List.of(types))));
  }

  private static JsonNode poll(WireClient client, Object wait) throws IOException {
    return Expect.success(Operator.call(client, Opcode.POLL_EVENTS, Map.of("wait", wait)));
  }

  private static JsonNode emit(WireClient client, String type, Object data) throws IOException {
    return Operator.call(client, Opcode.EMIT, Map.of("event_type", type, "data", data));
  }

  /** All events until one of that type has come. */
  private static List<JsonNode> until(WireClient client, String type) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    while (all.stream().noneMatch(event -> event.get("type").asText().equals(type))) {
      poll(client, 20).get("events").forEach(all::add);
    }
    return all;
  }

  @Test
  void reachEveryoneWhoAsked_inOrder_withTheirSource() throws IOException {
    subscribe(bob, "build.*");
    subscribe(operator.client(), "build.done");
    assertThat(Expect.success(emit(alice, "build.begun", 1)).get("delivered_count").asInt())
        .isEqualTo(1);
    assertThat(Expect.success(emit(alice, "build.done", Map.of("n", 2))).get("delivered_count"))
        .hasToString("2");
    assertThat(Expect.success(emit(alice, "buildings.done", 3)).get("delivered_count").asInt())
        .isZero();
    JsonNode heard = poll(bob, 5);
    assertThat(heard.at("/events/0/type").asText()).isEqualTo("build.begun");
    assertThat(heard.at("/events/0/data").asInt()).isEqualTo(1);
    assertThat(heard.at("/events/1/data/n").asInt()).isEqualTo(2);
    assertThat(heard.at("/events/1/source_agent_id").asInt()).isEqualTo(aliceId);
    assertThat(heard.get("count").asInt()).isEqualTo(2);
    assertThat(poll(operator.client(), 5).get("count").asInt()).isEqualTo(1);
    assertThat(poll(bob, false).get("count").asInt()).isZero();
  }

  @Test
  void tellOfAgents_toThemselvesAndThoseAboveThem() throws IOException {
    subscribe(alice, "*");
    subscribe(bob, "*");
    subscribe(operator.client(), "agent.*", "permissions.*");
    JsonNode child =
        Expect.success(
            Operator.call(
                alice,
                Opcode.SPAWN,
                Map.of("name", "child", "command", List.of("/bin/sh", "-c", "exit 3"))));
    for (WireClient above : List.of(alice, operator.client())) {
      List<JsonNode> heard = until(above, "agent.ended");
      assertThat(heard).allMatch(event -> event.get("source_agent_id").equals(child.get("id")));
      assertThat(heard.get(0).get("type").asText()).isEqualTo("agent.started");
      assertThat(heard.get(1).at("/data/exit_reason").asText()).isEqualTo("exited");
      assertThat(heard.get(1).at("/data/exit_code").asInt()).isEqualTo(3);
      assertThat(heard.get(1).at("/data/state").asText()).isEqualTo("exited");
    }
    operator.call(Opcode.SET_PERMS, Map.of("agent_id", bobId, "level", "minimal"));
    JsonNode changed = poll(bob, 5).get("events");
    assertThat(changed).hasSize(1);
    assertThat(changed.at("/0/type").asText()).isEqualTo("permissions.changed");
    assertThat(changed.at("/0/data/level").asText()).isEqualTo("minimal");
    assertThat(poll(alice, false).get("count").asInt()).as("bob is none of alice's").isZero();
  }

  @Test
  void tellOfAQuota() throws IOException {
    Expect.success(
        operator.call(
            Opcode.SET_PERMS,
            Map.of("agent_id", bobId, "permissions", Map.of("llm", Map.of("max_calls", 1)))));
    subscribe(bob, "llm.*");
    subscribe(alice, "llm.*");
    Expect.success(Operator.call(bob, Opcode.THINK, Map.of("prompt", "1")));
    Expect.refusal(
        Operator.call(bob, Opcode.THINK, Map.of("prompt", "2")), "QUOTA_EXCEEDED", "calls");
    JsonNode told = poll(bob, 5).at("/events/0");
    assertThat(told.get("type").asText()).isEqualTo("llm.quota");
    assertThat(told.at("/data/reason").asText()).contains("calls");
    assertThat(poll(alice, false).get("count").asInt()).isZero();
  }

  @Test
  void tellOfRestarts() throws IOException {
    subscribe(operator.client(), "agent.*");
    operator.spawn(
        "crasher",
        List.of("/bin/false"),
        Map.of("restart_policy", "on-failure", "max_restarts", 1));
    List<String> heard = new ArrayList<>();
    while (!heard.contains("agent.ended failed")) {
      for (JsonNode event : poll(operator.client(), 20).get("events")) {
        heard.add(event.get("type").asText() + " " + event.at("/data/state").asText());
      }
    }
    assertThat(heard)
        .containsExactly(
            "agent.started running",
            "agent.ended backoff",
            "agent.started running",
            "agent.ended failed");
  }

  @Test
  void wakeTheOneWhoWaits_andOneWhoGoesAwayTakesNothing() throws IOException {
    subscribe(bob, "a.b");
    WireClient second = kernel.connectAs(bobId);
    second.send(Opcode.POLL_EVENTS.number(), Operator.json(Map.of("wait", true)));
    second.close();
    Until.holds(
        "the one who waits has gone, and another gets the event",
        () -> {
          emit(alice, "a.b", 1);
          return poll(bob, false).get("count").asInt() > 0;
        });
    bob.send(Opcode.POLL_EVENTS.number(), Operator.json(Map.of("wait", true)));
    Until.holds(
        "somebody waits for it",
        () -> Expect.success(emit(alice, "a.b", 2)).get("delivered_count").asInt() == 1);
    assertThat(Expect.success(bob.receive().json()).at("/events/0/data").asInt()).isEqualTo(2);
  }

  @Test
  void endTheWait_ofOneWhoHearsOfNothingAnyMore() throws IOException {
    subscribe(bob, "a.b");
    bob.send(Opcode.POLL_EVENTS.number(), Operator.json(Map.of("wait", true)));
    try (WireClient second = kernel.connectAs(bobId)) {
      Expect.success(Operator.call(second, Opcode.UNSUBSCRIBE, Map.of()));
      assertThat(Expect.success(bob.receive().json()).get("count").asInt()).isZero();
      Expect.refusal(
          Operator.call(second, Opcode.POLL_EVENTS, Map.of()), "INVALID_REQUEST", "SUBSCRIBE");
    }
  }

  /** Who floods fills half of a queue, so that what the kernel says still comes through. */
  @Test
  void boundWhatIsNotPolled_andKeepTheKernelsOwn() throws IOException {
    subscribe(bob, "*");
    int flood = Limits.EVENTS + 10;
    for (int i = 0; i < flood; i++) {
      Expect.success(emit(alice, "flood.x", i));
    }
    operator.call(Opcode.SET_PERMS, Map.of("agent_id", bobId, "level", "readonly"));
    JsonNode heard =
        Expect.success(Operator.call(bob, Opcode.POLL_EVENTS, Map.of("max", Limits.EVENTS)));
    assertThat(heard.get("count").asInt()).isEqualTo(Limits.EVENTS / 2 + 1);
    assertThat(heard.get("dropped").asInt()).isEqualTo(flood - Limits.EVENTS / 2);
    assertThat(heard.at("/events/" + Limits.EVENTS / 2 + "/type").asText())
        .isEqualTo("permissions.changed");
    assertThat(poll(bob, false).get("dropped").asInt()).isZero();
    String large = "x".repeat(Limits.EVENT_DATA_BYTES - 2);
    int fitting = 0;
    while (Expect.success(emit(alice, "flood.x", large)).get("delivered_count").asInt() == 1) {
      fitting++;
    }
    assertThat((long) fitting * large.length()).isBetween(1L, (long) Limits.EVENT_BYTES);
    Expect.refusal(emit(alice, "flood.x", large + "x"), "TOO_LARGE", "65536");
  }

  @Test
  void boundTheTypesOfOneCaller() throws IOException {
    String[] many =
        IntStream.range(0, Limits.EVENT_PATTERNS).mapToObj(i -> "t" + i).toArray(String[]::new);
    assertThat(subscribe(bob, many).get("subscribed")).hasSize(Limits.EVENT_PATTERNS);
    assertThat(subscribe(bob, many).get("subscribed")).hasSize(Limits.EVENT_PATTERNS);
    Expect.refusal(
        Operator.call(bob, Opcode.SUBSCRIBE, Map.of("event_types", List.of("one.more"))),
        "RESOURCE_EXHAUSTED",
        "at most 32");
  }

  @ParameterizedTest
  @CsvSource({
    "agent.ended, the kernel's",
    "llm.quota, the kernel's",
    "permissions, the kernel's",
    "kernel.x, the kernel's",
    "Agent.ended, dotted words",
    "a..b, dotted words",
    "'', dotted words",
    "a b, dotted words",
    "'a.*', dotted words",
    "\u00e4.b, dotted words"
  })
  void cannotBeForged(String type, String why) throws IOException {
    Expect.refusal(emit(alice, type, 1), "INVALID_REQUEST", why);
    Expect.refusal(emit(operator.client(), type, 1), "INVALID_REQUEST", why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'event_types':[]}",
        "{}",
        "{'event_types':['']}",
        "{'event_types':['*.x']}",
        "{'event_types':['a.*.b']}",
        "{'event_types':['.*']}",
        "{'event_types':['A']}"
      })
  void areAskedForByTheirTypes(String request) throws IOException {
    Expect.refusal(bob.ask(Opcode.SUBSCRIBE, request), "INVALID_REQUEST", "event_types");
  }
}
