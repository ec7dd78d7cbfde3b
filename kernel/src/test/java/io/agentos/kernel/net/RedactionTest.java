// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedactionTest {
  private static final String SECRET = "s3cret/\"+value";
  private static final Redaction REDACTION = Redaction.of(List.of(SECRET));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "s3cret/\"+value",
        "x s3cret/\"+value and s3cret/\"+value",
        "s3cret/\\\"+value",
        "s3cret\\/\\\"+value",
        "s3cret%2F%22%2Bvalue",
        "czNjcmV0LyIrdmFsdWU=",
      })
  void blanksEveryFormAndKeepsTheLength(String text) {
    String clean = REDACTION.apply(text);
    assertThat(clean).hasSameSizeAs(text).contains("****").doesNotContain("cret", "czNj", "value");
  }

  @Test
  void leavesOtherBytesAlone() {
    assertThat(REDACTION.apply("s3cret/\"+valu and more")).isEqualTo("s3cret/\"+valu and more");
    assertThat(Redaction.NONE.apply("anything")).isEqualTo("anything");
  }

  /** Sentences show the first characters of a long command. */
  @ParameterizedTest
  @CsvSource({
    "run longsecretvalue now, run *************** now",
    "é run longsecretv... is refused, é run ***********... is refused",
    "run longsecretv, run ***********",
    "run lon..., run lon...",
    "longer... words, longer... words",
  })
  void blanksTheBeginningOfASecretThatWasCutOff(String text, String clean) {
    assertThat(Redaction.of(List.of("longsecretvalue")).blanked(text)).isEqualTo(clean);
  }

  @Test
  void findsASecretHoweverItIsCut() {
    byte[] text = ("before " + SECRET + " after").getBytes(StandardCharsets.ISO_8859_1);
    for (int first = 0; first <= text.length; first++) {
      for (int second = first; second <= text.length; second++) {
        Redaction.Stream stream = REDACTION.stream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(stream.feed(java.util.Arrays.copyOfRange(text, 0, first), false));
        out.writeBytes(stream.feed(java.util.Arrays.copyOfRange(text, first, second), false));
        out.writeBytes(stream.feed(java.util.Arrays.copyOfRange(text, second, text.length), true));
        assertThat(out.toString(StandardCharsets.ISO_8859_1))
            .isEqualTo("before " + "*".repeat(SECRET.length()) + " after");
      }
    }
  }
}
