// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.testing.LiveReactor;
import io.agentos.kernel.testing.PlayedLlmService;
import io.agentos.kernel.testing.PlayedLlmService.Conversation;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of requests when providers fail, limits are reached, and kernels end. */
final class LlmRecoveryTest {
  private static final AgentId ALICE = new AgentId(1);
  private static final long NONE = Long.MAX_VALUE;

  private final LiveReactor live = new LiveReactor();
  private final PlayedLlmService service = new PlayedLlmService();
  private final List<String> news = new CopyOnWriteArrayList<>();
  private Optional<Llm> llm = Optional.empty();

  LlmRecoveryTest() throws IOException {}

  @AfterEach
  void stop() throws IOException {
    end();
    live.close();
    service.close();
  }

  private void end() {
    live.on(
        () -> {
          llm.ifPresent(Llm::close);
          return true;
        });
  }

  private void start(
      int retries,
      Map<String, RateLimits> limits,
      Map<String, List<String>> fallbacks,
      List<BudgetRule> budgets) {
    LlmConfig config =
        service.config(
            service.command(),
            /* concurrency= */ 4,
            /* queue= */ 100,
            retries,
            limits,
            Map.of("played-1", Price.perMillion(1, 1, 1, "")),
            fallbacks,
            budgets);
    llm = Optional.of(live.on(() -> new Llm(live.reactor(), config, this::note)));
  }

  private void note(String type, Optional<AgentId> about, Supplier<Map<String, Object>> data) {
    news.add(type + " of " + about.map(AgentId::toString).orElse("all") + ": " + data.get());
  }

  private void start(int retries) {
    start(retries, Map.of(), Map.of(), List.of());
  }

  private Outcome ask(String prompt, OptionalLong maxTokens) {
    Ask ask =
        new Ask(
            List.of(new Payer(ALICE, "alice", 100, true, () -> LlmQuota.UNLIMITED)),
            Json.object().put("prompt", prompt),
            Optional.empty(),
            maxTokens,
            0,
            Duration.ofSeconds(30),
            Ask.Size.NO_IMAGES);
    Outcome outcome = new Outcome();
    live.on(() -> llm.orElseThrow().submit(ask, outcome));
    return outcome;
  }

  private Outcome ask(String prompt) {
    return ask(prompt, OptionalLong.empty());
  }

  private static void fail(Conversation played, JsonNode line, String rest) throws IOException {
    played.write(
        "{\"id\":" + line.get("id") + ",\"type\":\"error\",\"message\":\"m\"," + rest + "}");
  }

  private static void overloaded(Conversation played, JsonNode line) throws IOException {
    fail(played, line, "\"code\":\"UNAVAILABLE\",\"retryable\":true");
  }

  private List<String> decisions() {
    return live
        .on(() -> llm.orElseThrow().view().decisions(Optional.empty(), Optional.empty(), 100))
        .stream()
        .flatMap(story -> story.decisions().stream())
        .map(Trace.Decision::what)
        .toList();
  }

  private JsonNode status() {
    return live.on(() -> llm.orElseThrow().view().status(Optional.empty()));
  }

  @Test
  void triesAgain_andTellsHowOften() throws IOException {
    start(/* retries= */ 3);
    Outcome asked = ask("x");
    try (Conversation played = service.next()) {
      overloaded(played, played.read());
      overloaded(played, played.read());
      played.answer(played.read(), "in the end", 20);
      assertThat(asked.answer().get("attempts").asInt()).isEqualTo(3);
    }
    assertThat(asked.answer().has("may_be_paid_twice")).isFalse();
    assertThat(asked.answer().get("cost").asDouble()).isEqualTo(30 / 1e6);
    assertThat(decisions())
        .containsExactly(
            "queued",
            "queued",
            "started",
            "retried",
            "queued",
            "started",
            "retried",
            "queued",
            "started",
            "answered");
  }

  @Test
  void givesUpAfterItsRetries_withWhatTheProviderSaid() throws IOException {
    start(/* retries= */ 1);
    Outcome asked = ask("x");
    try (Conversation played = service.next()) {
      overloaded(played, played.read());
      overloaded(played, played.read());
      assertThat(asked.refusal().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
    assertThat(asked.refusal().details()).containsEntry("attempts", 2);
  }

  /** What is wrong with the request itself stays wrong. */
  @Test
  void doesNotTryAgain_whatCanNotSucceed() throws IOException {
    start(/* retries= */ 3, Map.of(), Map.of("played/played-1", List.of("other/m")), List.of());
    Outcome asked = ask("x");
    try (Conversation played = service.next()) {
      fail(played, played.read(), "\"code\":\"INVALID_REQUEST\",\"retryable\":false");
      assertThat(asked.refusal().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }
  }

  @Test
  void leavesAProviderAlone_forAsLongAsItAsks() throws IOException {
    start(/* retries= */ 3);
    Outcome asked = ask("x");
    try (Conversation played = service.next()) {
      long begun = System.nanoTime();
      fail(
          played,
          played.read(),
          "\"code\":\"RESOURCE_EXHAUSTED\",\"retryable\":true,\"retry_after_ms\":700");
      Until.holds(
          "the provider is left alone",
          () -> status().at("/models/0/state").asText().equals("paused"));
      Outcome other = ask("y");
      played.answer(played.read(), "a", 20);
      played.answer(played.read(), "b", 20);
      assertThat(Duration.ofNanos(System.nanoTime() - begun).toMillis()).isGreaterThan(690);
      asked.answer();
      other.answer();
    }
    assertThat(decisions()).contains("held");
  }

  @Test
  void asksAnotherModel_whenOneFails() throws IOException {
    start(/* retries= */ 0, Map.of(), Map.of("played/played-1", List.of("p/a", "p/b")), List.of());
    Outcome asked = ask("x");
    try (Conversation played = service.next()) {
      overloaded(played, played.read());
      JsonNode second = played.read();
      assertThat(second.get("provider").asText() + "/" + second.get("model").asText())
          .isEqualTo("p/a");
      overloaded(played, second);
      // Fallbacks of the model that was asked for are all tried, and each only once.
      assertThat(asked.refusal().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
    assertThat(decisions()).contains("rerouted");
  }

  @Test
  void sendsNothingToAModelThatKeepsFailing_untilItHasRested() throws IOException {
    start(/* retries= */ 0);
    try (Conversation played = service.next(() -> ask("first"))) {
      overloaded(played, played.read());
      for (int i = 1; i < Breaker.FAILURES; i++) {
        Outcome asked = ask("x");
        overloaded(played, played.read());
        asked.refusal();
      }
      SyscallException refusal = ask("y").refusal();
      assertThat(refusal.sentence()).contains("played/played-1", "5 times in a row", "m");
      assertThat((Long) refusal.details().get("retry_after_ms")).isBetween(1L, 5000L);
      assertThat(status().at("/models/0/state").asText()).isEqualTo("failing");
      Outcome probe = askUntilItGoes(played);
      assertThat(probe.answer().get("content").asText()).isEqualTo("back");
      assertThat(status().at("/models/0/state").asText()).isEqualTo("ok");
    }
    assertThat(news).hasSize(2);
    assertThat(news.get(0)).startsWith("llm.failing of all: ").contains("model=played/played-1");
    assertThat(news.get(1)).isEqualTo("llm.recovered of all: {model=played/played-1}");
  }

  private Outcome askUntilItGoes(Conversation played) throws IOException {
    Until.holds("the breaker lets one go", () -> live.on(() -> breakerAdmits()));
    Outcome probe = ask("probe");
    played.answer(played.read(), "back", 20);
    return probe;
  }

  private boolean breakerAdmits() {
    JsonNode model = llm.orElseThrow().view().status(Optional.empty()).at("/models/0");
    return model.get("opens_in_ms").asLong() == 0;
  }

  @Test
  void says_whenSomethingMayBePaidTwice() throws IOException {
    start(/* retries= */ 0);
    Outcome asked = ask("x");
    try (Conversation first = service.next()) {
      first.read();
    }
    try (Conversation second = service.next()) {
      second.answer(second.read(), "again", 20);
      assertThat(asked.answer().get("may_be_paid_twice").asBoolean()).isTrue();
    }
    assertThat(asked.answer().get("attempts").asInt()).isEqualTo(2);
  }

  @Test
  void keepsToTheRateOfAProvider() throws IOException {
    RateLimits two = new RateLimits(2, NONE, NONE, NONE, NONE);
    start(0, Map.of("played", two), Map.of(), List.of());
    Outcome first = ask("1");
    Outcome second = ask("2");
    Outcome third = ask("3");
    try (Conversation played = service.next()) {
      played.answer(played.read(), "a", 20);
      played.answer(played.read(), "b", 20);
      first.answer();
      second.answer();
      Until.holds("the third is held", () -> decisions().contains("held"));
    }
    assertThat(news).hasSize(1).allMatch(event -> event.startsWith("llm.throttled of 1: "));
    assertThat(third.isOpen()).isTrue();
    JsonNode model = status().at("/models/0");
    assertThat(model.get("state").asText()).isEqualTo("limited");
    assertThat(model.at("/limits/0/requests_per_minute/used").asInt()).isEqualTo(2);
  }

  @Test
  void keepsToTheConcurrencyOfAModel() throws IOException {
    RateLimits one = new RateLimits(NONE, NONE, NONE, NONE, 1);
    start(0, Map.of("played/played-1", one), Map.of(), List.of());
    ask("1");
    ask("2");
    try (Conversation played = service.next()) {
      JsonNode line = played.read();
      assertThat(status().get("running").asInt()).isEqualTo(1);
      played.answer(line, "a", 20);
      assertThat(played.read().get("prompt").asText()).isEqualTo("2");
    }
  }

  private static BudgetRule budget(long tokens) {
    return new BudgetRule(
        "all", Pattern.compile(".*"), BudgetRule.Period.TOTAL, new Amount(NONE, tokens, NONE));
  }

  /** A second life of the kernel begins with what the first one has spent, and what it may have. */
  @Test
  void remembersBudgets_alsoOfWhatWasUnderWayWhenTheKernelEnded() throws IOException {
    BudgetRule rule = budget(5000);
    start(0, Map.of(), Map.of(), List.of(rule));
    Outcome answered = ask("x", OptionalLong.of(100));
    try (Conversation played = service.next()) {
      played.answer(played.read(), "a", 90);
      answered.answer();
      ask("lost", OptionalLong.of(1000));
      played.read(); // it is at the provider, so what it may cost is on the disk
      end();
    }
    start(0, Map.of(), Map.of(), List.of(rule));
    ask("y", OptionalLong.of(10));
    try (Conversation played = service.next()) {
      JsonNode line = played.read();
      assertThat(line.get("max_tokens").asInt()).isEqualTo(10);
      long used = status().at("/budgets/0/tokens/used").asLong();
      assertThat(used).isBetween(1100L, 1150L);
    }
  }

  @Test
  void limitsTheAnswer_byWhatTheBudgetHasLeft() throws IOException {
    start(0, Map.of(), Map.of(), List.of(budget(300)));
    ask("x");
    try (Conversation played = service.next()) {
      int most = played.read().get("max_tokens").asInt();
      assertThat(most).isBetween(200, 299);
    }
  }

  @Test
  void refuses_whatNoLongerFits() throws IOException {
    start(0, Map.of(), Map.of(), List.of(budget(300)));
    Outcome asked = ask("x", OptionalLong.of(1000));
    Conversation played = service.next();
    assertThat(asked.refusal().code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(news).hasSize(1).allMatch(event -> event.startsWith("llm.quota of 1: "));
    assertThat(asked.refusal().sentence()).contains("budget \"all\"", "300 tokens");
    played.close();
  }

  @Test
  void estimates_whatAProviderDoesNotReport() throws IOException {
    start(0);
    Outcome asked = ask("x".repeat(400));
    try (Conversation played = service.next()) {
      JsonNode line = played.read();
      played.write(
          "{\"id\":"
              + line.get("id")
              + ",\"type\":\"result\",\"content\":\""
              + "y".repeat(80)
              + "\"}");
      assertThat(asked.answer().get("tokens").asInt()).isBetween(120, 140);
    }
  }

  /** Nobody counts what a provider did for an answer that was cut off; it is estimated. */
  @Test
  void counts_whatWasCutOff() throws IOException {
    start(0);
    Outcome asked = ask("x".repeat(400));
    try (Conversation played = service.next()) {
      JsonNode line = played.read();
      played.write(
          "{\"id\":"
              + line.get("id")
              + ",\"type\":\"delta\",\"content\":\""
              + "y".repeat(80)
              + "\"}");
      fail(played, line, "\"code\":\"TIMEOUT\",\"retryable\":true,\"sent\":true");
      assertThat(asked.refusal().code()).isEqualTo(ErrorCode.TIMEOUT);
    }
    assertThat(live.on(() -> llm.orElseThrow().spent(ALICE).tokens())).isBetween(120L, 140L);
  }
}
