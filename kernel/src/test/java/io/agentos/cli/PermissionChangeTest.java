// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.cli.client.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PermissionChangeTest {
  private static String request(String... words) {
    return Json.text(PermissionChange.request(List.of(words)));
  }

  @Test
  void givesEachFieldItsType() {
    assertThat(request("level=standard", "can_exec=false", "max_exec_time_ms=500"))
        .isEqualTo(
            "{\"permissions\":{\"level\":\"standard\",\"can_exec\":false,\"max_exec_time_ms\":500}}");
  }

  @Test
  void nestsFieldsWithADot() {
    assertThat(request("filesystem.read=/a/**,/b", "llm.max_calls=3", "filesystem.write="))
        .isEqualTo(
            "{\"permissions\":{\"filesystem\":{\"read\":[\"/a/**\",\"/b\"],\"write\":[]},"
                + "\"llm\":{\"max_calls\":3}}}");
  }

  @Test
  void keepsWhatFollowsTheFirstEqualsSign() {
    assertThat(request("exec=make A=1")).contains("[\"make A=1\"]");
  }

  @ParameterizedTest
  @CsvSource({
    "level, is not of the form",
    "=x, is not of the form",
    "can_exec=yes, must be true or false",
    "llm.max_tokens=many, must be a whole number",
    "colour=red, there is no field"
  })
  void refusesWhatItDoesNotUnderstand(String word, String reason) {
    assertThatThrownBy(() -> request(word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
