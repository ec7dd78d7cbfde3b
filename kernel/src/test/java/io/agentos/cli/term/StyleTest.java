// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class StyleTest {
  @Test
  void coloursOnATerminalOnly() {
    assertThat(Style.of(true, Map.of("TERM", "xterm"))).isEqualTo(Style.COLOURED);
    assertThat(Style.of(false, Map.of("TERM", "xterm"))).isEqualTo(Style.PLAIN);
  }

  @Test
  void respectsThoseWhoWantNoColour() {
    assertThat(Style.of(true, Map.of("NO_COLOR", "1"))).isEqualTo(Style.PLAIN);
    assertThat(Style.of(true, Map.of("TERM", "dumb"))).isEqualTo(Style.PLAIN);
    assertThat(Style.of(true, Map.of("NO_COLOR", ""))).isEqualTo(Style.COLOURED);
  }

  @Test
  void leavesTextAloneWhenPlain() {
    assertThat(Style.PLAIN.bad("text")).isEqualTo("text");
    assertThat(Style.COLOURED.bad("")).isEmpty();
  }
}
