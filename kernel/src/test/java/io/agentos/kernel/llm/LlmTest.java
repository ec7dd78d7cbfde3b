// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.testing.LiveReactor;
import io.agentos.kernel.testing.PlayedLlmService;
import io.agentos.kernel.testing.PlayedLlmService.Conversation;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is served when, and what becomes of a request when its caller or the service goes away. */
final class LlmTest {
  private static final AgentId ALICE = new AgentId(1);
  private static final AgentId BOB = new AgentId(2);
  private static final AgentId CAROL = new AgentId(3);
  private static final int QUEUE = 8;

  private final LiveReactor live = new LiveReactor();
  private final PlayedLlmService service;
  private Llm llm;

  LlmTest() throws IOException {
    service = new PlayedLlmService();
    llm = llm(service.command(), /* concurrency= */ 1);
  }

  @AfterEach
  void stop() throws IOException {
    live.on(
        () -> {
          llm.close();
          return true;
        });
    live.close();
    service.close();
  }

  private Llm llm(List<String> command, int concurrency) {
    LlmConfig config =
        service.config(command, concurrency, QUEUE, 0, Map.of(), Map.of(), Map.of(), List.of());
    return live.on(() -> new Llm(live.reactor(), config, (type, about, data) -> {}));
  }

  private static Ask asking(AgentId caller, LlmQuota quota, String prompt, int priority) {
    return new Ask(
        List.of(new Payer(caller, "agent-" + caller, 100, /* alive= */ true, () -> quota)),
        Json.object().put("prompt", prompt),
        Optional.empty(),
        OptionalLong.empty(),
        priority,
        Duration.ofSeconds(60),
        Ask.Size.NO_IMAGES);
  }

  private record Asked(Outcome outcome, Request request) {}

  private Asked ask(AgentId caller, LlmQuota quota, String prompt, int priority) {
    Outcome outcome = new Outcome();
    return live.on(
        () -> new Asked(outcome, llm.submit(asking(caller, quota, prompt, priority), outcome)));
  }

  private Asked ask(AgentId caller, LlmQuota quota, String prompt) {
    return ask(caller, quota, prompt, /* priority= */ 0);
  }

  private Asked ask(AgentId caller, String prompt) {
    return ask(caller, LlmQuota.UNLIMITED, prompt);
  }

  private SyscallException refused(AgentId caller, LlmQuota quota, String prompt) {
    return live.on(
        () -> {
          try {
            llm.submit(asking(caller, quota, prompt, 0), new Outcome());
            throw new AssertionError("it was accepted");
          } catch (SyscallException refusal) {
            return refusal;
          }
        });
  }

  private static String prompt(JsonNode line) {
    assertThat(line.get("op").asText()).isEqualTo("generate");
    return line.get("prompt").asText();
  }

  /** Round robin over calls let one agent's six calls delay another's one. */
  @ParameterizedTest
  @ValueSource(ints = {20, 300, 3000})
  void servesTheOneWhoHadLeast_notTheOneWhoAskedMost(int tokens) throws IOException {
    for (int i = 1; i <= 6; i++) {
      ask(ALICE, "a" + i);
    }
    ask(BOB, "b1");
    ask(CAROL, "c1");
    ask(BOB, "b2");
    List<String> order = new ArrayList<>();
    try (Conversation played = service.next()) {
      for (int i = 0; i < 9; i++) {
        JsonNode line = played.read();
        order.add(prompt(line));
        played.answer(line, "x", tokens);
      }
    }
    assertThat(order.get(0)).isEqualTo("a1");
    assertThat(order.subList(1, 3)).containsExactlyInAnyOrder("b1", "c1");
    assertThat(order.indexOf("b2")).isLessThan(5);
    assertThat(order).endsWith("a4", "a5", "a6");
  }

  @Test
  void earnsNoCredit_whoWasIdle() throws IOException {
    try (Conversation played = warmUp()) {
      for (int i = 1; i <= 5; i++) {
        ask(ALICE, "a" + i);
      }
      for (int i = 1; i <= 3; i++) {
        JsonNode line = played.read();
        assertThat(prompt(line)).isEqualTo("a" + i);
        if (i == 3) {
          for (int j = 1; j <= 4; j++) {
            ask(BOB, "b" + j);
          }
        }
        played.answer(line, "x", 20);
      }
      List<String> order = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        JsonNode line = played.read();
        order.add(prompt(line).substring(0, 1));
        played.answer(line, "x", 20);
      }
      assertThat(order)
          .as("turn by turn from now on")
          .containsExactlyInAnyOrder("a", "a", "b", "b");
    }
  }

  /** Priority is among a caller's own; it buys nothing from others. */
  @Test
  void ordersACallersOwnByPriority_thenByArrival() throws IOException {
    try (Conversation played = warmUp()) {
      ask(ALICE, "under way");
      ask(ALICE, LlmQuota.UNLIMITED, "low", -5);
      ask(ALICE, "first");
      ask(ALICE, "second");
      ask(ALICE, LlmQuota.UNLIMITED, "high", 10);
      ask(ALICE, LlmQuota.UNLIMITED, "high too", 10);
      List<String> order = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        JsonNode line = played.read();
        order.add(prompt(line));
        played.answer(line, "x", 20);
      }
      assertThat(order).containsExactly("under way", "high", "high too", "first", "second", "low");
    }
  }

  /** The service runs and has answered once. */
  private Conversation warmUp() throws IOException {
    Asked first = ask(CAROL, "warm-up");
    Conversation played = service.next();
    played.answer(played.read(), "warm", 20);
    assertThat(first.outcome.content()).isEqualTo("warm");
    return played;
  }

  @Test
  void boundsTheQueueOfEach() throws IOException {
    try (Conversation played = warmUp()) {
      for (int i = 0; i <= QUEUE; i++) {
        ask(ALICE, "a" + i); // one is under way, the others wait
      }
      SyscallException refusal = refused(ALICE, LlmQuota.UNLIMITED, "one more");
      assertThat(refusal.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
      assertThat(refusal.sentence()).contains(String.valueOf(QUEUE), "waiting", "try again in");
      assertThat((Long) refusal.details().get("retry_after_ms")).isPositive();
      ask(BOB, "b1");
      assertThat(prompt(played.read())).isEqualTo("a0");
    }
  }

  @Test
  void boundsTheBytesOfAll() {
    String large = "x".repeat(8 << 20);
    for (int agent = 1; agent <= 7; agent++) {
      ask(new AgentId(agent), large);
    }
    SyscallException refusal = refused(new AgentId(8), LlmQuota.UNLIMITED, large);
    assertThat(refusal.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    assertThat(refusal.sentence()).contains("queue is full");
  }

  @Test
  void countsCallsAndTokens_andRefusesBeyondTheQuota() throws IOException {
    LlmQuota two = new LlmQuota(Long.MAX_VALUE, 2, Long.MAX_VALUE);
    Asked first = ask(ALICE, two, "1");
    Asked second = ask(ALICE, two, "2");
    assertThat(refused(ALICE, two, "3").code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    try (Conversation played = service.next()) {
      played.answer(played.read(), "one", 20);
      played.answer(played.read(), "two", 20);
      assertThat(first.outcome.content()).isEqualTo("one");
      assertThat(second.outcome.content()).isEqualTo("two");
    }
    assertThat(live.on(() -> llm.spent(ALICE))).isEqualTo(new Llm.Spent(60, 2, 0));
    assertThat(live.on(() -> llm.spent(BOB))).isEqualTo(new Llm.Spent(0, 0, 0));
  }

  /** Those that wait while the first uses all of it up have not been promised anything. */
  @Test
  void holdsTheTokenQuota_forThoseThatWaitedToo() throws IOException {
    LlmQuota tokens = new LlmQuota(200, Long.MAX_VALUE, Long.MAX_VALUE);
    Asked first = ask(ALICE, tokens, "1");
    Asked waiting = ask(ALICE, tokens, "2");
    try (Conversation played = service.next()) {
      played.answer(played.read(), "one", 190);
      assertThat(first.outcome.content()).isEqualTo("one");
      assertThat(waiting.outcome.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
      assertThat(refused(ALICE, tokens, "3").sentence()).contains("200", "tokens");
    }
  }

  /** A quota that was narrowed while it waited counts. */
  @Test
  void refusesWhatWaited_whenItsQuotaWasNarrowedMeanwhile() throws IOException {
    try (Conversation played = warmUp()) {
      ask(ALICE, "under way");
      AtomicReference<LlmQuota> quota = new AtomicReference<>(LlmQuota.UNLIMITED);
      Outcome waiting = new Outcome();
      Ask asked =
          new Ask(
              List.of(new Payer(ALICE, "alice", 100, /* alive= */ true, quota::get)),
              Json.object().put("prompt", "waits"),
              Optional.empty(),
              OptionalLong.empty(),
              0,
              Duration.ofSeconds(60),
              Ask.Size.NO_IMAGES);
      live.on(() -> llm.submit(asked, waiting));
      quota.set(new LlmQuota(0, 0, 0));
      played.answer(played.read(), "x", 20);
      assertThat(waiting.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    }
  }

  @Test
  void takesACancelledOneOutOfTheQueue_andStopsOneUnderWay() throws IOException {
    Asked running = ask(ALICE, "running");
    Asked waiting = ask(ALICE, "waiting");
    Asked next = ask(BOB, "next");
    try (Conversation played = service.next()) {
      JsonNode line = played.read();
      assertThat(prompt(line)).isEqualTo("running");
      cancel(waiting);
      cancel(running);
      JsonNode cancel = played.read();
      assertThat(cancel.get("op").asText()).isEqualTo("cancel");
      assertThat(cancel.get("target")).isEqualTo(line.get("id"));
      played.write(
          "{\"id\":"
              + line.get("id")
              + ",\"type\":\"error\",\"code\":\"CANCELLED\",\"message\":\"x\"}");
      JsonNode after = played.read();
      assertThat(prompt(after)).isEqualTo("next");
      played.answer(after, "served", 20);
      assertThat(next.outcome.content()).isEqualTo("served");
    }
    assertThat(running.outcome.isOpen()).isTrue();
    assertThat(waiting.outcome.isOpen()).isTrue();
  }

  private void cancel(Asked asked) {
    live.on(
        () -> {
          llm.cancel(asked.request);
          return true;
        });
  }

  @Test
  void asksOnceMore_whenTheServiceDies_thenGivesUp() throws IOException {
    Asked unlucky = ask(ALICE, "unlucky");
    try (Conversation first = service.next()) {
      assertThat(prompt(first.read())).isEqualTo("unlucky");
    }
    Asked patient;
    try (Conversation second = service.next()) {
      assertThat(prompt(second.read())).isEqualTo("unlucky");
      patient = ask(BOB, "patient");
    }
    assertThat(unlucky.outcome.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(unlucky.outcome.refusal().sentence()).contains("paid for");
    try (Conversation third = service.next()) {
      third.answer(third.read(), "in the end", 20);
      assertThat(patient.outcome.content()).isEqualTo("in the end");
    }
  }

  /** Asking again would say the first part twice. */
  @Test
  void doesNotAskAgain_whenAPartWasOut() throws IOException {
    Asked streaming = ask(ALICE, "streaming");
    try (Conversation played = service.next()) {
      int id = played.read().get("id").asInt();
      played.write("{\"id\":" + id + ",\"type\":\"delta\",\"content\":\"half\"}");
    }
    assertThat(streaming.outcome.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(streaming.outcome.parts).containsExactly("half");
  }

  /** What is no answer to anything is nobody's answer. */
  @Test
  void ignoresWhatItDidNotAskFor() throws IOException {
    Asked asked = ask(ALICE, "asked");
    try (Conversation played = service.next()) {
      JsonNode line = played.read();
      for (String noise :
          List.of(
              "",
              "garbage",
              "[]",
              "5",
              "{}",
              "{\"id\":\"x\"}",
              "{\"id\":99,\"type\":\"result\"}")) {
        played.write(noise);
      }
      played.answer(line, "x".repeat(3_000_000), 20);
      assertThat(asked.outcome.content()).hasSize(3_000_000);
      Asked next = ask(ALICE, "next");
      played.answer(played.read(), "its own", 20);
      assertThat(next.outcome.content()).isEqualTo("its own");
    }
  }

  @Test
  void passesARefusalOn_withWhatItSaysOfRetries() throws IOException {
    Asked asked = ask(ALICE, "asked");
    try (Conversation played = service.next()) {
      int id = played.read().get("id").asInt();
      played.write(
          "{\"id\":"
              + id
              + ",\"type\":\"error\",\"code\":\"RESOURCE_EXHAUSTED\",\"message\":\"slow down\","
              + "\"retryable\":true,\"retry_after_ms\":1500}");
      SyscallException refusal = asked.outcome.refusal();
      assertThat(refusal.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
      assertThat(refusal.sentence()).isEqualTo("slow down");
      assertThat(refusal.details()).containsEntry("retryable", true);
      assertThat(refusal.details()).containsEntry("retry_after_ms", 1500L);
    }
  }

  @Test
  void saysSo_whenTheServiceCanNotBeStarted() {
    llm = llm(List.of("/nowhere/service"), /* concurrency= */ 4);
    Asked asked = ask(ALICE, "asked");
    assertThat(asked.outcome.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(asked.outcome.refusal().sentence()).contains("can't be started");
  }

  @Test
  void keepsAnAccountThatIsForgotten_onlyUntilItsLastAnswer() throws IOException {
    Asked asked = ask(ALICE, "asked");
    live.on(
        () -> {
          llm.forget(ALICE);
          return true;
        });
    assertThat(live.on(() -> llm.spent(ALICE).calls())).isEqualTo(1);
    try (Conversation played = service.next()) {
      played.answer(played.read(), "x", 20);
      asked.outcome.content();
    }
    assertThat(live.on(() -> llm.spent(ALICE))).isEqualTo(new Llm.Spent(0, 0, 0));
  }
}
