// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** A rate limit, wherever one begins to count. */
final class SlidingWindowTest {
  private static final long MINUTE = 60_000;
  private static final int BUCKETS = 600;

  private record Passed(long moment, long amount) {}

  /** Lets as much pass as it may, each as soon as it may. */
  private static List<Passed> saturate(SlidingWindow window, Random random, long most, long until) {
    List<Passed> passed = new ArrayList<>();
    long now = random.nextInt(1000);
    while (now < until) {
      long amount = 1 + random.nextLong(most);
      long wait = window.waitMillis(now, amount);
      if (wait > 0) {
        now += wait;
        continue;
      }
      window.add(now, amount);
      passed.add(new Passed(now, amount));
      now += random.nextInt(3);
    }
    return passed;
  }

  @Property(tries = 200)
  void neverLetsMorePass_inAnyMinute(
      @ForAll long seed, @ForAll @LongRange(min = 50, max = 5000) long limit) {
    SlidingWindow window = new SlidingWindow(limit, MINUTE, BUCKETS);
    List<Passed> passed = saturate(window, new Random(seed), 20, 5 * MINUTE);
    long inWindow = 0;
    int first = 0;
    for (Passed latest : passed) {
      inWindow += latest.amount();
      while (passed.get(first).moment() <= latest.moment() - MINUTE) {
        inWindow -= passed.get(first++).amount();
      }
      assertThat(inWindow).isLessThanOrEqualTo(limit);
    }
  }

  @Test
  void usesNearlyAllOfTheRate_whenThereIsWork() {
    long limit = 100_000;
    SlidingWindow window = new SlidingWindow(limit, MINUTE, BUCKETS);
    long minutes = 20;
    long total =
        saturate(window, new Random(7), 100, minutes * MINUTE).stream()
            .mapToLong(Passed::amount)
            .sum();
    assertThat((double) total / (limit * minutes)).isGreaterThan(0.98);
  }

  @Test
  void letsOnePassThatIsLargerThanAll_whenNothingElseCounts() {
    SlidingWindow window = new SlidingWindow(10, MINUTE, BUCKETS);
    assertThat(window.waitMillis(0, 50)).isZero();
    window.add(0, 50);
    assertThat(window.waitMillis(0, 1)).isBetween(MINUTE, MINUTE + 200);
    assertThat(window.waitMillis(MINUTE + 200, 50)).isZero();
  }

  @Test
  void countsWhatAnEstimateTurnedOutToBe() {
    SlidingWindow window = new SlidingWindow(100, MINUTE, BUCKETS);
    window.add(1000, 80);
    window.correct(1000, -60);
    assertThat(window.used(2000)).isEqualTo(20);
    window.correct(1000, -60);
    assertThat(window.used(2000)).as("never less than nothing").isZero();
    window.add(2000, 30);
    window.correct(2000, 50);
    assertThat(window.waitMillis(2000, 20)).isZero();
    assertThat(window.waitMillis(2000, 21)).isPositive();
  }

  @Test
  void goesOnWhereAnEarlierOneEnded() {
    SlidingWindow before = new SlidingWindow(100, MINUTE, 10);
    before.add(1000, 30);
    before.add(20_000, 40);
    SlidingWindow after = new SlidingWindow(100, MINUTE, 10);
    for (long moment : List.of(1000L, 20_000L)) {
      long bucket = before.bucket(moment);
      after.restore(bucket, before.held(bucket), 30_000);
    }
    assertThat(after.used(30_000)).isEqualTo(70);
    assertThat(after.waitMillis(30_000, 31)).isEqualTo(before.waitMillis(30_000, 31));
    after.restore(before.bucket(1000) - 1000, 5, 30_000);
    assertThat(after.used(30_000)).as("long over").isEqualTo(70);
  }
}
