// SPDX-License-Identifier: MIT
package io.agentos.llm.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClaudeModelTest {
  @ParameterizedTest
  @CsvSource({
    "claude-3-7-sonnet-latest, false, false",
    "claude-3-haiku-20240307, false, false",
    "claude-sonnet-4-20250514, false, false",
    "claude-opus-4-1-20250805, false, false",
    "claude-haiku-4-5-20251001, false, true",
    "claude-sonnet-4-5, false, true",
    "claude-opus-4-6, true, true",
    "claude-opus-4.7, true, true",
    "claude-sonnet-5, true, true",
    "claude-fable-5-1, true, true",
    "claude-next, true, true",
    "another-model-2, true, true",
  })
  void knowsWhatAModelCanDoByItsVersion(String name, boolean adaptive, boolean schemas) {
    ClaudeModel model = new ClaudeModel(name);

    assertThat(model.thinksAdaptively()).isEqualTo(adaptive);
    assertThat(model.followsSchemas()).isEqualTo(schemas);
  }
}
