// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/** What every answer of the kernel has to be, whichever call it is for. */
public final class Expect {
  private static final int LONGEST_SENTENCE = 2000;

  private Expect() {}

  /** The answer, which says that the call succeeded. */
  public static JsonNode success(JsonNode answer) {
    assertThat(answer.path("success").asBoolean()).as("%s", answer).isTrue();
    return answer;
  }

  /**
   * A refusal with that code, whose sentence holds these words, helps a person and tells nothing of
   * the kernel's inside.
   */
  public static JsonNode refusal(JsonNode answer, String code, String... words) {
    assertThat(answer.isObject()).as("%s", answer).isTrue();
    assertThat(answer.path("success").asBoolean(true)).as("%s", answer).isFalse();
    assertThat(answer.path("code").asText()).as("%s", answer).isEqualTo(code);
    String sentence = answer.path("error").asText();
    assertThat(sentence)
        .hasSizeBetween(15, LONGEST_SENTENCE)
        .doesNotContain("\n", "Exception", "java.", "io.agentos", "com.fasterxml");
    for (String word : words) {
      assertThat(sentence).contains(word);
    }
    return answer;
  }
}
