// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.llm.base.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactorTest {
  private static final String KEY = "AIzaSyTest-0123456789";
  private static final String PERCENT = "key+with/percent=codes";

  private static Redactor redactor(String... keys) throws SettingsException {
    List<ApiKey> all = new ArrayList<>();
    for (String key : keys) {
      all.add(ApiKey.of(key, "a test"));
    }
    return new Redactor(all);
  }

  @Test
  void takesOutEveryKeyWherever() throws SettingsException {
    Redactor redactor = redactor(KEY, KEY + "-and-more", PERCENT);

    assertThat(redactor.redact("a" + KEY + KEY + "-and-more" + "b?k=" + PERCENT))
        .isEqualTo("a[redacted][redacted]b?k=[redacted]");
    assertThat(redactor.redact("?k=key%2Bwith%2Fpercent%3Dcodes&x")).isEqualTo("?k=[redacted]&x");
  }

  @Property(tries = 500)
  void leavesNoKeyAndAllElse(@ForAll String before, @ForAll String after) throws SettingsException {
    String clean = redactor(KEY).redact(before + KEY + after);

    assertThat(clean).doesNotContain(KEY).startsWith(before).endsWith(after);
  }

  @Test
  void isNotFooled_whenAKeyIsPrintedByteByByteAndFlushedInBetween()
      throws IOException, SettingsException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RedactingStream stream = new RedactingStream(out, redactor(KEY))) {
      for (byte b : ("x " + KEY + "\n" + KEY).getBytes(UTF_8)) {
        stream.write(b);
        stream.flush();
      }
      assertThat(out.toString(UTF_8)).isEqualTo("x [redacted]\n");
    }
    assertThat(out.toString(UTF_8)).isEqualTo("x [redacted]\n[redacted]");
  }

  @Test
  void passesOnALineWithoutEndInPieces() throws IOException, SettingsException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RedactingStream stream = new RedactingStream(out, redactor(KEY))) {
      stream.write("y".repeat(Limits.LOG_LINE_BYTES_MAX + 10).getBytes(UTF_8));
      assertThat(out.size()).isEqualTo(Limits.LOG_LINE_BYTES_MAX);
    }
  }

  @Test
  void hidesAKeyThatIsPrintedByMistake() throws SettingsException {
    assertThat(ApiKey.of(KEY, "a test")).hasToString("[redacted]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "short",
        "has a blank in the middle",
        "quoted\"quoted\"quoted",
        "ümläüte-in-a-key"
      })
  void refusesWhatIsNoKeyWithoutQuotingIt(String wrong) {
    assertThatThrownBy(() -> ApiKey.of(wrong, "GEMINI_API_KEY of a test"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("GEMINI_API_KEY of a test")
        .hasMessageNotContaining(wrong);
  }
}
