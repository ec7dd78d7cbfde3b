// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FieldsTest {
  private static Fields fields(String json) throws IOException {
    return Fields.of(Json.parse(json));
  }

  @Test
  void readsEachTypeByName() throws IOException {
    Fields fields =
        fields("{\"t\":\"x\",\"n\":3,\"d\":1.5,\"b\":true,\"o\":{\"i\":1},\"l\":[{\"i\":2}]}");

    assertThat(fields.text("t")).isEqualTo("x");
    assertThat(fields.whole("n")).isEqualTo(3);
    assertThat(fields.number("d")).isEqualTo(1.5);
    assertThat(fields.flag("b")).isTrue();
    assertThat(fields.object("o").whole("i")).isEqualTo(1);
    assertThat(fields.objects("l")).extracting(item -> item.whole("i")).containsExactly(2L);
  }

  @Test
  void readsWhatIsAbsentOrOfAnotherTypeAsEmpty() throws IOException {
    Fields fields = fields("{\"t\":1,\"n\":\"x\",\"b\":null}");

    assertThat(fields.text("t")).isEmpty();
    assertThat(fields.whole("n")).isZero();
    assertThat(fields.flag("b")).isFalse();
    assertThat(fields.has("b")).isFalse();
    assertThat(fields.object("none").map()).isEmpty();
    assertThat(fields.objects("none")).isEmpty();
  }

  @Test
  void readsAnArrayAsNoFields() throws IOException {
    assertThat(fields("[1]").map()).isEmpty();
  }

  @Test
  void showsTextBareAndEverythingElseAsJson() throws IOException {
    Fields fields = fields("{\"t\":\"64M\",\"n\":64}");

    assertThat(fields.shown("t")).isEqualTo("64M");
    assertThat(fields.shown("n")).isEqualTo("64");
    assertThat(fields.shown("none")).isEqualTo("null");
  }
}
