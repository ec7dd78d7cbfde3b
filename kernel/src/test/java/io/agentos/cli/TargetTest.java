// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTest {
  @ParameterizedTest
  @ValueSource(strings = {"7", "007", "123456789"})
  void takesDigitsAsAnId(String agent) {
    assertThat(Target.of(agent)).containsOnlyKeys("id").containsEntry("id", Integer.valueOf(agent));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "worker", "7a", "-7", "1234567890", "\u0667"})
  void takesAnythingElseAsAName(String agent) {
    assertThat(Target.of(agent)).containsOnlyKeys("name").containsEntry("name", agent);
  }
}
