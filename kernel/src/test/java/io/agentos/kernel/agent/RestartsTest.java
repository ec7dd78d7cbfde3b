// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.agent.RestartPolicy.When;
import io.agentos.kernel.base.Limits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RestartsTest {
  private static final Duration WINDOW = Duration.ofSeconds(10);

  @ParameterizedTest
  @CsvSource({
    // policy, reason, code, wanted
    "never,EXITED,1,false",
    "never,SIGNALLED,139,false",
    "on-failure,EXITED,0,false",
    "on-failure,EXITED,1,true",
    "on-failure,SIGNALLED,139,true",
    "on-failure,OOM,137,true",
    "on-failure,WALL_TIME,143,true",
    "on-failure,KILLED,143,false",
    "on-failure,START_FAILED,125,false",
    "always,EXITED,0,true",
    "always,EXITED,1,true",
    "always,OOM,137,true",
    "always,KILLED,143,false",
    "always,START_FAILED,125,false",
  })
  void restartsAsThePolicyWants(String policy, ExitReason reason, int code, boolean wanted) {
    ExitRecord exit = new ExitRecord(reason, code, 0, "", new ExitRecord.Usage(0, 0, 0));
    assertThat(new RestartPolicy(When.of(policy), 5, WINDOW).wants(exit)).isEqualTo(wanted);
  }

  @Test
  void waitsTwiceAsLongEachTime_upToABound() {
    Restarts restarts = restarts(1000);
    Duration expected = Limits.BACKOFF_FIRST;
    for (int i = 0; i < 100; i++) {
      assertThat(restarts.next(0)).contains(expected);
      expected = min(expected.multipliedBy(2), Limits.BACKOFF_LONGEST);
    }
    assertThat(restarts.total()).isEqualTo(100);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  @Test
  void givesUp_whenThereWereTooManyInTheWindow() {
    Restarts restarts = restarts(2);
    assertThat(restarts.next(0)).isPresent();
    assertThat(restarts.next(1)).isPresent();
    assertThat(restarts.next(2)).isEmpty();
    assertThat(restarts.total()).isEqualTo(2);
  }

  @Test
  void forgetsThoseBeforeTheWindow_andWaitsShortlyAgain() {
    Restarts restarts = restarts(2);
    restarts.next(0);
    restarts.next(1);
    long later = WINDOW.toNanos() + 2;
    assertThat(restarts.next(later)).contains(Limits.BACKOFF_FIRST);
    assertThat(restarts.next(later)).isPresent();
    assertThat(restarts.next(later)).isEmpty();
  }

  @Test
  void worksWhereTheClockOverflows() {
    Restarts restarts = restarts(1);
    assertThat(restarts.next(Long.MAX_VALUE - 5)).isPresent();
    assertThat(restarts.next(Long.MIN_VALUE + 5)).isEmpty();
    assertThat(restarts.next(Long.MIN_VALUE + WINDOW.toNanos() + 5)).isPresent();
  }

  @Test
  void neverRestarts_whenNoneIsAllowed() {
    assertThat(restarts(0).next(0)).isEmpty();
  }

  @Test
  void namesThePoliciesThereAre() {
    assertThatThrownBy(() -> When.of("sometimes"))
        .hasMessageContaining("sometimes")
        .hasMessageContaining("never, on-failure, always");
  }

  private static Restarts restarts(int most) {
    return new Restarts(new RestartPolicy(When.ALWAYS, most, WINDOW));
  }
}
