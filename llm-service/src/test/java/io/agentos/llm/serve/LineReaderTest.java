// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class LineReaderTest {
  private static List<String> read(InputStream in, int lineBytesMax) throws IOException {
    LineReader reader = new LineReader(in, lineBytesMax);
    List<String> lines = new ArrayList<>();
    Optional<LineReader.Line> line = reader.next();
    while (line.isPresent()) {
      lines.add(line.get().tooLong() ? "TOO LONG" : new String(line.get().bytes(), UTF_8));
      line = reader.next();
    }
    return lines;
  }

  private static List<String> read(String text, int lineBytesMax) throws IOException {
    return read(new ByteArrayInputStream(text.getBytes(UTF_8)), lineBytesMax);
  }

  @Test
  void takesALineOfExactlyTheLimitAndNoLonger() throws IOException {
    assertThat(read("1234\n12345\n\n1\n", 4)).containsExactly("1234", "TOO LONG", "", "1");
    assertThat(read("x".repeat(200_000) + "\nnext\n", 100_000)).containsExactly("TOO LONG", "next");
  }

  @Test
  void takesWhatFollowsTheLastNewline() throws IOException {
    assertThat(read("a\nb", 4)).containsExactly("a", "b");
    assertThat(read("", 4)).isEmpty();
  }

  @Property(tries = 500)
  void doesNotCareHowTheBytesArrive(
      @ForAll @Size(max = 20) List<@AlphaChars @StringLength(max = 30) String> lines,
      @ForAll @IntRange(min = 1, max = 40) int chunk)
      throws IOException {
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(UTF_8);
    InputStream trickle =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] b, int offset, int length) {
            return super.read(b, offset, Math.min(length, chunk));
          }
        };

    List<String> expected = lines.isEmpty() ? List.of("") : lines;
    assertThat(read(trickle, 100)).isEqualTo(expected);
  }
}
