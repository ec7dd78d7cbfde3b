// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "-7",
        "9007199254740993",
        "1.5",
        "\"\\u0000 \\\"quoted\\\" äöü \uD83D\uDE80\"",
        "[]",
        "{}",
        "{\"a\":[1,{\"b\":null}],\"c\":false}"
      })
  void writesWhatItRead(String json) throws IOException {
    Object value = Json.parse(json);

    assertThat(Json.parse(Json.text(value))).isEqualTo(value);
  }

  @Test
  void keepsFieldsInTheOrderTheyCame() throws IOException {
    String json = "{\"z\":1,\"a\":2,\"m\":3}";

    assertThat(Json.text(Json.parse(json))).isEqualTo(json);
  }

  @Test
  void readsNumbersTooLargeForALongAsDoubles() throws IOException {
    assertThat(Json.parse("123456789012345678901234567890")).isInstanceOf(Double.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "[1,]", "1 2", "{} {}", "hello", "{\"a\"}"})
  void refusesWhatIsNotExactlyOneValue(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IOException.class);
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    assertThatThrownBy(() -> Json.parse("[".repeat(10_000))).isInstanceOf(IOException.class);
  }
}
