// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimersTest {
  private final Timers timers = new Timers();
  private final List<String> ran = new ArrayList<>();

  @Test
  void waitsForNothing_whenThereIsNone() {
    assertThat(timers.millisToNext()).isEqualTo(Timers.NEVER);
    timers.runDue();
  }

  @Test
  void keepsTheOrderInWhichEqualDeadlinesWereSet() {
    for (int i = 0; i < 100; i++) {
      String name = String.valueOf(i);
      timers.schedule(Duration.ZERO, () -> ran.add(name));
    }
    timers.runDue();
    assertThat(ran)
        .hasSize(100)
        .isSortedAccordingTo((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
  }

  @Test
  void roundsTheWaitUp_soThatTheLoopDoesNotSpinBeforeADeadline() {
    timers.schedule(Duration.ofMillis(500), () -> {});
    assertThat(timers.millisToNext()).isBetween(1L, 500L);
    timers.schedule(Duration.ofDays(400), () -> {});
    assertThat(timers.millisToNext()).isLessThanOrEqualTo(500L);
    timers.schedule(Duration.ofNanos(-5), () -> {});
    assertThat(timers.millisToNext()).isZero();
  }

  @Test
  void forgetsACancelledOneAtOnce_andTwiceIsHarmless() {
    Timers.Timer timer = timers.schedule(Duration.ZERO, () -> ran.add("cancelled"));
    timer.cancel();
    timer.cancel();
    assertThat(timers.millisToNext()).isEqualTo(Timers.NEVER);
    timers.runDue();
    assertThat(ran).isEmpty();
  }

  @Test
  void aTaskMayCancelTheNext_andScheduleMore() {
    Timers.Timer[] next = new Timers.Timer[1];
    timers.schedule(
        Duration.ZERO,
        () -> {
          ran.add("first");
          next[0].cancel();
          timers.schedule(Duration.ofHours(1), () -> ran.add("far away"));
        });
    next[0] = timers.schedule(Duration.ZERO, () -> ran.add("cancelled by the first"));
    timers.runDue();
    assertThat(ran).containsExactly("first");
    assertThat(timers.millisToNext()).isPositive();
  }

  @Test
  void runsTheOthers_whenOneFails() {
    timers.schedule(
        Duration.ZERO,
        () -> {
          throw new IllegalStateException("a test's timer fails on purpose");
        });
    timers.schedule(Duration.ZERO, () -> ran.add("second"));
    timers.runDue();
    assertThat(ran).containsExactly("second");
  }
}
