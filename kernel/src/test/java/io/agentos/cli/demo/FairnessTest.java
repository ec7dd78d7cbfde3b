// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FairnessTest {
  @Test
  void isOne_whenAllGotTheSame() {
    assertThat(Fairness.jain(List.of(7L, 7L, 7L))).isEqualTo(1);
  }

  @Test
  void isOneNth_whenOneGotEverything() {
    assertThat(Fairness.jain(List.of(0L, 0L, 0L, 9L))).isEqualTo(0.25);
  }

  @Test
  void liesBetween_whenOneGotTwiceAsMuch() {
    assertThat(Fairness.jain(List.of(1L, 1L, 2L))).isCloseTo(16.0 / 18, within(1e-9));
  }

  @Test
  void isZero_whenNobodyGotAnything() {
    assertThat(Fairness.jain(List.of(0L, 0L))).isZero();
  }
}
