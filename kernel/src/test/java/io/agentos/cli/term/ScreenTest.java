// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScreenTest {
  @Test
  void readsWhatSttySays() {
    assertThat(Screen.parse("50 132\n")).isEqualTo(new Screen(50, 132));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "stty: not a terminal", "0 0", "50", "50 x", "999999 80"})
  void takesAUsualOne_whenSttySaysNothingOfUse(String answer) {
    assertThat(Screen.parse(answer)).isEqualTo(new Screen(24, 80));
  }
}
