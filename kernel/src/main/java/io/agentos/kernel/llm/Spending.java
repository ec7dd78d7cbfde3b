// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.reactor.ReactorConfined;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Holds quotas and budgets: all that a call may cost is set aside before it goes, and what it did
 * cost is taken when it has ended, so that calls under way can never together exceed a limit that
 * each of them fits in.
 */
@ReactorConfined
final class Spending {
  /** Of an answer for which the caller named no length and whose cost something limits. */
  static final long ANSWER_TOKENS = 4096;

  /** An answer that may not even have so many tokens is of no use. */
  static final long LEAST_ANSWER_TOKENS = 16;

  /**
   * What is set aside for a call.
   *
   * @param answerTokens to which its answer is limited; empty when nothing limits its cost
   * @param budgets of which it is set aside too, with their periods then
   */
  record Reservation(Amount amount, OptionalLong answerTokens, List<Held> budgets) {
    static final Reservation NOTHING =
        new Reservation(Amount.NOTHING, OptionalLong.empty(), List.of());
  }

  /** A budget's part of a reservation. */
  record Held(Budget budget, String period) {}

  /** Whether a call fits: now, when others have ended, or never, which the sentence is about. */
  sealed interface Verdict {
    record Fits(Amount amount, OptionalLong answerTokens) implements Verdict {}

    record Waits(String why) implements Verdict {}

    record Never(String why) implements Verdict {}
  }

  /** One limit that a request falls under. */
  private record Limit(String of, Amount most, Amount spent, Amount reserved) {
    boolean limitsCost() {
      return most.tokens() != Long.MAX_VALUE || most.nanodollars() != Long.MAX_VALUE;
    }
  }

  private final List<Budget> budgets;

  Spending(List<Budget> budgets) {
    this.budgets = budgets;
  }

  List<Budget> budgets() {
    return budgets;
  }

  /** Whether one more call of this request's payers is allowed at all. */
  Verdict admits(Request request, long now) {
    for (Limit limit : limits(request, now)) {
      if (limit.spent().calls() >= limit.most().calls()) {
        return new Verdict.Never(
            limit.of() + " of " + limit.most().calls() + " LLM calls is used up");
      }
      if (limit.spent().tokens() >= limit.most().tokens()) {
        return new Verdict.Never(
            limit.of() + " of " + limit.most().tokens() + " LLM tokens is used up");
      }
      if (limit.spent().nanodollars() >= limit.most().nanodollars()) {
        return new Verdict.Never(
            limit.of() + " of " + dollars(limit.most().nanodollars()) + " is used up");
      }
    }
    return new Verdict.Fits(Amount.NOTHING, OptionalLong.empty());
  }

  /** Whether what the request may cost at that model fits in all its limits. */
  Verdict judge(Request request, Lane lane, long now) {
    List<Limit> limits = limits(request, now).stream().filter(Limit::limitsCost).toList();
    if (limits.isEmpty()) {
      return new Verdict.Fits(Amount.NOTHING, OptionalLong.empty());
    }
    boolean priced = limits.stream().anyMatch(l -> l.most().nanodollars() != Long.MAX_VALUE);
    if (priced && lane.price.isEmpty()) {
      return new Verdict.Never(
          "no price is known for "
              + lane.model
              + ", and its cost is limited; set scheduler.prices.\""
              + lane.model
              + "\" in agentos.toml");
    }
    long answer = request.maxTokens.orElse(ANSWER_TOKENS);
    long least = request.maxTokens.orElse(LEAST_ANSWER_TOKENS);
    long sooner = answer;
    long later = answer;
    Limit tightest = limits.get(0);
    for (Limit limit : limits) {
      long room = room(limit, request, lane, /* reserved= */ true);
      tightest = room < sooner ? limit : tightest;
      sooner = Math.min(sooner, room);
      later = Math.min(later, room(limit, request, lane, /* reserved= */ false));
    }
    if (sooner >= least) {
      return new Verdict.Fits(most(request, lane, sooner), OptionalLong.of(sooner));
    }
    return later >= least
        ? new Verdict.Waits("calls under way may use up " + tightest.of())
        : new Verdict.Never(beyond(request, tightest, least));
  }

  private static String beyond(Request request, Limit limit, long least) {
    long left = Math.max(0, limit.most().tokens() - limit.spent().tokens());
    String rest =
        limit.most().tokens() == Long.MAX_VALUE
            ? dollars(limit.most().nanodollars() - limit.spent().nanodollars())
            : left + " tokens";
    return "this call may cost up to "
        + (request.inputTokensMost + least)
        + " tokens, but of "
        + limit.of()
        + " only "
        + rest
        + " are left; shorten the prompt or lower max_tokens";
  }

  /** How long an answer may be within one limit. */
  private static long room(Limit limit, Request request, Lane lane, boolean reserved) {
    long tokens = limit.most().tokens() - limit.spent().tokens() - request.inputTokensMost;
    long money = limit.most().nanodollars() - limit.spent().nanodollars();
    if (reserved) {
      tokens -= limit.reserved().tokens();
      money -= limit.reserved().nanodollars();
    }
    if (limit.most().nanodollars() == Long.MAX_VALUE) {
      return tokens;
    }
    Price price = lane.price.orElseThrow();
    money -= price.most(request.inputTokensMost, 0);
    return Math.min(tokens, price.output() == 0 ? Long.MAX_VALUE : money / price.output());
  }

  private static Amount most(Request request, Lane lane, long answer) {
    long money = lane.price.map(p -> p.most(request.inputTokensMost, answer)).orElse(0L);
    return Amount.of(request.inputTokensMost + answer, money);
  }

  private List<Limit> limits(Request request, long now) {
    List<Limit> limits = new ArrayList<>();
    Share share = request.share;
    for (Payer payer : request.payers) {
      LlmQuota quota = payer.quota().get();
      Amount most = new Amount(quota.maxCalls(), quota.maxTokens(), quota.maxNanodollars());
      String of = share == request.share ? "this agent's quota" : payer.name() + "'s quota";
      limits.add(new Limit(of, most, share.spent, share.reserved));
      share = java.util.Objects.requireNonNull(share.parent);
    }
    for (Budget budget : budgets) {
      if (budget.covers(request)) {
        limits.add(
            new Limit(
                "the budget \"" + budget.rule.name() + "\"",
                budget.rule.most(),
                budget.spent(now),
                budget.reserved(now)));
      }
    }
    return limits;
  }

  /** One more call is asked for; it counts, answered or not. */
  void count(Request request, long now) {
    Amount call = new Amount(1, 0, 0);
    request.share.spend(call);
    budgets.stream().filter(b -> b.covers(request)).forEach(b -> b.spend(now, call));
  }

  Reservation reserve(Request request, Verdict.Fits fits, long now) {
    List<Held> held = new ArrayList<>();
    for (Budget budget : budgets) {
      if (budget.covers(request)) {
        budget.reserve(now, fits.amount());
        held.add(new Held(budget, budget.period(now)));
      }
    }
    request.share.reserve(fits.amount());
    return new Reservation(fits.amount(), fits.answerTokens(), held);
  }

  /** The call has ended, and has cost so much. */
  void settle(Request request, Amount cost, long now) {
    Reservation reservation = request.reservation;
    request.reservation = Reservation.NOTHING;
    request.share.release(reservation.amount());
    request.share.spend(cost);
    for (Held held : reservation.budgets()) {
      held.budget().settle(now, held.period(), reservation.amount(), cost);
    }
  }

  static String dollars(long nanodollars) {
    return String.format(java.util.Locale.ROOT, "%.4f USD", nanodollars / 1e9);
  }
}
