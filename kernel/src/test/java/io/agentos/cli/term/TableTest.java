// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void padsEachColumnButTheLastToItsWidestCell() {
    Table table = new Table(Style.PLAIN, "ID", "NAME", "STATE");
    table.row("1", "a-long-name", "running").row("10002", "b", "ok");

    assertThat(table.lines())
        .containsExactly(
            "ID     NAME         STATE", "1      a-long-name  running", "10002  b            ok");
  }

  @Test
  void countsNoColourAsWidth() {
    Style style = Style.COLOURED;
    Table table = new Table(style, "A", "B");
    table.row(style.good("good"), "x");

    assertThat(table.lines().get(1)).isEqualTo("\033[32mgood\033[0m  x");
  }

  @Test
  void countsACharacterOutsideTheBasicPlaneAsOne() {
    assertThat(Table.width("\uD83D\uDE80!")).isEqualTo(2);
  }
}
