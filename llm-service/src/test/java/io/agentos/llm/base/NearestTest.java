// SPDX-License-Identifier: MIT
package io.agentos.llm.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestTest {
  private static final List<String> KNOWN = List.of("provider", "model", "gemini");

  @Test
  void namesTheNearest_whenOneIsNear() {
    assertThat(Nearest.hint("provder", KNOWN)).isEqualTo("did you mean 'provider'?");
    assertThat(Nearest.hint("modle", KNOWN)).isEqualTo("did you mean 'model'?");
  }

  @Test
  void namesAll_whenNoneIsNear() {
    assertThat(Nearest.hint("temperature", KNOWN)).isEqualTo("known are gemini, model, provider");
    assertThat(Nearest.hint("x".repeat(100_000), KNOWN)).startsWith("known are");
  }
}
