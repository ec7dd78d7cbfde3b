// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What calls under way may cost together. */
final class SpendingTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final Price PRICE = Price.perMillion(1.0, 4.0, 0.1, "2026-01-01");

  private static final Llm.Listener NOBODY =
      new Llm.Listener() {
        @Override
        public void admit() {}

        @Override
        public void part(String content) {}

        @Override
        public void result(JsonNode answer, long queuedMillis, long latencyMillis) {}

        @Override
        public void refused(SyscallException why) {}
      };

  private final Share root = new Share(Payer.OPERATORS, "", null, Share.DEFAULT_WEIGHT);
  private final Lane priced = lane(Optional.of(PRICE));
  private final Trace trace = new Trace();

  private static Lane lane(Optional<Price> price) {
    return new Lane(new ModelId("p", "m"), List.of(), price, List.of());
  }

  private static Budget budget(String agents, Amount most) {
    return new Budget(
        new BudgetRule("b", Pattern.compile(agents), BudgetRule.Period.DAY, most), NOW);
  }

  private static Amount tokens(long most) {
    return new Amount(Long.MAX_VALUE, most, Long.MAX_VALUE);
  }

  private Share share(int id, Share parent) {
    return new Share(new AgentId(id), "agent-" + id, parent, Share.DEFAULT_WEIGHT);
  }

  private Request request(Share share, int bytes, OptionalLong maxTokens, LlmQuota... quotas) {
    List<Payer> payers = new ArrayList<>();
    Share payer = share;
    for (LlmQuota quota : quotas) {
      payers.add(new Payer(payer.id, payer.name, 100, true, () -> quota));
      payer = Objects.requireNonNull(payer.parent);
    }
    Ask ask =
        new Ask(
            payers,
            Json.object(),
            Optional.empty(),
            maxTokens,
            0,
            Duration.ofMinutes(1),
            Ask.Size.NO_IMAGES);
    return new Request(ask, share, new byte[bytes], trace.begin(1, share), NOW, NOBODY);
  }

  /** 100,000 calls of 50 agents, hundreds at once, against one budget in tokens and money. */
  @Test
  void neverExceedsABudget_whateverIsUnderWay() {
    long seed = 42;
    Random random = new Random(seed);
    Amount most = new Amount(Long.MAX_VALUE, 50_000_000, 60_000_000_000L);
    Budget budget = budget(".*", most);
    Spending spending = new Spending(List.of(budget));
    List<Share> shares = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      shares.add(share(i, root));
    }
    List<Request> underWay = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      Share share = shares.get(random.nextInt(shares.size()));
      OptionalLong asked =
          random.nextBoolean() ? OptionalLong.of(1 + random.nextInt(2000)) : OptionalLong.empty();
      Request request = request(share, 2 + random.nextInt(4000), asked, LlmQuota.UNLIMITED);
      if (spending.judge(request, priced, NOW) instanceof Spending.Verdict.Fits fits) {
        request.reservation = spending.reserve(request, fits, NOW);
        underWay.add(request);
      } else {
        refused++;
      }
      while (underWay.size() > 300 || (!underWay.isEmpty() && random.nextInt(3) == 0)) {
        settle(spending, underWay.remove(random.nextInt(underWay.size())), random);
      }
      Amount spent = budget.spent(NOW);
      assertThat(spent.tokens()).as("seed %d", seed).isLessThanOrEqualTo(most.tokens());
      assertThat(spent.nanodollars()).isLessThanOrEqualTo(most.nanodollars());
    }
    for (Request request : List.copyOf(underWay)) {
      settle(spending, request, random);
    }
    assertThat(refused).as("the budget was reached").isPositive();
    assertThat(budget.reserved(NOW)).as("all is settled").isEqualTo(Amount.NOTHING);
    assertThat(budget.spent(NOW).nanodollars()).isGreaterThan(most.nanodollars() * 9 / 10);
  }

  /** Anything from nothing to all that was set aside. */
  private static void settle(Spending spending, Request request, Random random) {
    long answer = request.reservation.answerTokens().orElseThrow();
    long input = random.nextLong(request.inputTokensMost + 1);
    Usage usage = new Usage(input, random.nextLong(answer + 1), 0, 0);
    spending.settle(request, Amount.of(usage.tokens(), PRICE.of(usage)), NOW);
  }

  @Test
  void limitsTheAnswer_toWhatIsLeft() {
    Spending spending = new Spending(List.of());
    LlmQuota quota = new LlmQuota(1000, Long.MAX_VALUE, Long.MAX_VALUE);
    Request request = request(share(1, root), 400, OptionalLong.empty(), quota);
    assertThat(spending.judge(request, priced, NOW))
        .isInstanceOfSatisfying(
            Spending.Verdict.Fits.class, fits -> assertThat(fits.answerTokens()).hasValue(600));
  }

  @Test
  void waits_whenOthersMayLeaveSomething_andRefusesWhenNobodyCan() {
    Spending spending = new Spending(List.of());
    LlmQuota quota = new LlmQuota(1000, Long.MAX_VALUE, Long.MAX_VALUE);
    Share share = share(1, root);
    Request first = request(share, 400, OptionalLong.of(500), quota);
    Spending.Verdict.Fits fits = (Spending.Verdict.Fits) spending.judge(first, priced, NOW);
    first.reservation = spending.reserve(first, fits, NOW);
    Request second = request(share, 400, OptionalLong.of(500), quota);
    assertThat(spending.judge(second, priced, NOW)).isInstanceOf(Spending.Verdict.Waits.class);
    spending.settle(first, Amount.of(200, 0), NOW);
    Request third = request(share, 400, OptionalLong.of(401), quota);
    assertThat(spending.judge(third, priced, NOW))
        .isInstanceOfSatisfying(
            Spending.Verdict.Never.class,
            never -> assertThat(never.why()).contains("801 tokens", "800 tokens", "max_tokens"));
  }

  @Test
  void countsWhatChildrenSpend_onTheirParentsQuota() {
    Spending spending = new Spending(List.of());
    LlmQuota parents = new LlmQuota(1000, Long.MAX_VALUE, Long.MAX_VALUE);
    Share parent = share(1, root);
    Share child = share(2, parent);
    Request request = request(child, 100, OptionalLong.of(100), LlmQuota.UNLIMITED, parents);
    Spending.Verdict.Fits fits = (Spending.Verdict.Fits) spending.judge(request, priced, NOW);
    request.reservation = spending.reserve(request, fits, NOW);
    spending.settle(request, Amount.of(950, 0), NOW);
    Request next = request(child, 100, OptionalLong.of(100), LlmQuota.UNLIMITED, parents);
    assertThat(spending.judge(next, priced, NOW))
        .isInstanceOfSatisfying(
            Spending.Verdict.Never.class,
            never -> assertThat(never.why()).contains("agent-1's quota", "50 tokens"));
  }

  @Test
  void refusesAModelWithoutAPrice_whereMoneyIsLimited() {
    Spending spending = new Spending(List.of());
    LlmQuota quota = new LlmQuota(Long.MAX_VALUE, Long.MAX_VALUE, 5_000_000);
    Request request = request(share(1, root), 100, OptionalLong.empty(), quota);
    assertThat(spending.judge(request, lane(Optional.empty()), NOW))
        .isInstanceOfSatisfying(
            Spending.Verdict.Never.class,
            never -> assertThat(never.why()).contains("no price is known for p/m", "agentos.toml"));
    assertThat(spending.judge(request, priced, NOW))
        .isInstanceOfSatisfying(
            Spending.Verdict.Fits.class,
            fits -> assertThat(fits.answerTokens()).hasValue((5_000_000 - 100_000) / 4000));
  }

  @Test
  void begins_aNewPeriodWithNothing() {
    Budget budget = budget(".*", tokens(100));
    budget.spend(NOW, Amount.of(90, 0));
    String today = budget.period(NOW);
    long tomorrow = NOW + Duration.ofDays(1).toMillis();
    budget.reserve(NOW, Amount.of(5, 0));
    assertThat(budget.spent(tomorrow)).isEqualTo(Amount.NOTHING);
    budget.settle(tomorrow, today, Amount.of(5, 0), Amount.of(5, 0));
    assertThat(budget.spent(tomorrow)).as("yesterday's").isEqualTo(Amount.NOTHING);
  }

  @Test
  void coversTheTreesThatItNames() {
    Budget budget = budget("worker-.*", tokens(100));
    Share worker = new Share(new AgentId(1), "worker-1", root, 100);
    Share helper = new Share(new AgentId(2), "helper", worker, 100);
    Share other = new Share(new AgentId(3), "other", root, 100);
    LlmQuota free = LlmQuota.UNLIMITED;
    assertThat(budget.covers(request(helper, 2, OptionalLong.empty(), free, free))).isTrue();
    assertThat(budget.covers(request(other, 2, OptionalLong.empty(), free))).isFalse();
  }
}
