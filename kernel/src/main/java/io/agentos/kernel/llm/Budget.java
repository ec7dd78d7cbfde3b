// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;

/** What has been spent of a {@link BudgetRule} in the period that runs. */
@ReactorConfined
final class Budget {
  final BudgetRule rule;
  private String period;
  private Amount spent = Amount.NOTHING;
  private Amount reserved = Amount.NOTHING;

  Budget(BudgetRule rule, long now) {
    this.rule = rule;
    this.period = rule.period().of(now);
  }

  /** Puts back what an earlier kernel wrote down. */
  void restore(String savedPeriod, Amount saved) {
    if (savedPeriod.equals(period)) {
      spent = saved;
    }
  }

  boolean covers(Request request) {
    return rule.agents().matcher(request.share.top().name).matches();
  }

  Amount spent(long now) {
    turn(now);
    return spent;
  }

  Amount reserved(long now) {
    turn(now);
    return reserved;
  }

  String period(long now) {
    turn(now);
    return period;
  }

  void spend(long now, Amount amount) {
    turn(now);
    spent = spent.plus(amount);
  }

  void reserve(long now, Amount amount) {
    turn(now);
    reserved = reserved.plus(amount);
  }

  /** What was reserved in that period has become {@code cost}. */
  void settle(long now, String reservedIn, Amount amount, Amount cost) {
    turn(now);
    if (reservedIn.equals(period)) {
      reserved = reserved.minus(amount);
      spent = spent.plus(cost);
    }
  }

  /**
   * What is to be found after the end of this kernel at any moment: whatever is under way then
   * counts with all that it may cost.
   */
  UsageStore.BudgetRow row(long now) {
    turn(now);
    return new UsageStore.BudgetRow(rule.name(), period, spent.plus(reserved));
  }

  private void turn(long now) {
    String current = rule.period().of(now);
    if (!current.equals(period)) {
      period = current;
      spent = Amount.NOTHING;
      reserved = Amount.NOTHING;
    }
  }
}
