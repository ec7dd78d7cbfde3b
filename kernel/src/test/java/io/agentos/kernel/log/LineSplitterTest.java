// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class LineSplitterTest {
  private static final int LONGEST = 8;

  @Test
  void cutsAtLineEnds_andKeepsTheRest() {
    LineSplitter lines = new LineSplitter(LONGEST);
    assertThat(lines.feed(bytes("one\ntwo\nth"))).containsExactly("one", "two");
    assertThat(lines.feed(bytes("ree\n"))).containsExactly("three");
    assertThat(lines.feed(bytes("rest"))).isEmpty();
    assertThat(lines.finish()).containsExactly("rest");
    assertThat(lines.finish()).isEmpty();
  }

  @Test
  void keepsEmptyLines_andDropsCarriageReturns() {
    LineSplitter lines = new LineSplitter(LONGEST);
    assertThat(lines.feed(bytes("\n\r\na\r\n"))).containsExactly("", "", "a");
  }

  @Test
  void cutsALineOverItsBound() {
    LineSplitter lines = new LineSplitter(LONGEST);
    assertThat(lines.feed(bytes("12345678abc\n"))).containsExactly("12345678", "abc");
  }

  @Test
  void addsNoEmptyLine_afterALineThatIsExactlyAtItsBound() {
    LineSplitter lines = new LineSplitter(LONGEST);
    assertThat(lines.feed(bytes("12345678\nnext\n"))).containsExactly("12345678", "next");
  }

  @Test
  void cutsNoCharacterInTwo() {
    LineSplitter lines = new LineSplitter(LONGEST);
    List<String> all = new ArrayList<>(lines.feed(bytes("1234567é89\n")));
    all.addAll(lines.finish());
    assertThat(String.join("", all)).isEqualTo("1234567é89");
  }

  @Test
  void replacesWhatIsNoUtf8() {
    LineSplitter lines = new LineSplitter(LONGEST);
    assertThat(lines.feed(new byte[] {'a', (byte) 0xFF, 'b', '\n'})).containsExactly("a\uFFFDb");
  }

  @Property
  void givesTheSameLines_howeverTheBytesArrive(
      @ForAll @StringLength(max = 60) @Chars({'a', 'b', '\n', '\r'}) String text,
      @ForAll @Size(max = 10) List<@IntRange(max = 60) Integer> cuts) {
    byte[] all = bytes(text);
    LineSplitter whole = new LineSplitter(LONGEST);
    List<String> expected = new ArrayList<>(whole.feed(all));
    expected.addAll(whole.finish());

    LineSplitter pieces = new LineSplitter(LONGEST);
    List<String> lines = new ArrayList<>();
    int at = 0;
    for (int cut : cuts.stream().map(c -> Math.min(c, all.length)).sorted().toList()) {
      lines.addAll(pieces.feed(Arrays.copyOfRange(all, at, cut)));
      at = cut;
    }
    lines.addAll(pieces.feed(Arrays.copyOfRange(all, at, all.length)));
    lines.addAll(pieces.finish());
    assertThat(lines).isEqualTo(expected);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
