// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.term.Screen;
import io.agentos.cli.term.Style;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BoardTest {
  private final StringWriter written = new StringWriter();
  private final PrintWriter out = new PrintWriter(written);
  private final Scenario looper = new LooperScenario();
  private final Progress progress = new Progress();

  @Test
  void saysEachStageOnce_whenTheOutputIsNoTerminal() {
    Board board = new Board(out, Style.PLAIN, null);

    progress.say("10.0% of a core");
    board.show(Map.of(looper, progress), List.of(), 0);
    progress.say("25.0% of a core");
    board.show(Map.of(looper, progress), List.of(), 250);
    progress.say("done");
    board.show(Map.of(looper, progress), List.of(), 500);

    assertThat(written).hasToString("looper: 10.0% of a core\nlooper: done\n");
  }

  @Test
  void drawsOverItself_onATerminal() throws IOException {
    Board board = new Board(out, Style.PLAIN, new Screen(24, 80));
    Fields agent = Fields.of(Json.parse("{\"name\":\"a\",\"state\":\"running\",\"running\":true}"));

    board.show(Map.of(looper, progress), List.of(agent), 0);
    int firstLength = written.getBuffer().length();
    board.show(Map.of(looper, progress), List.of(agent), 250);

    String second = written.toString().substring(firstLength);
    long lines = written.toString().substring(0, firstLength).lines().count();
    assertThat(second).contains("\033[" + (lines - 1) + "A");
  }

  @Test
  void neverDrawsMoreLinesThanTheScreenHas() {
    assertThat(Board.fitting(List.of("1", "2", "3", "4"), 3))
        .containsExactly("1", "2", "... and 2 more");
    assertThat(Board.fitting(List.of("1", "2", "3"), 3)).containsExactly("1", "2", "3");
  }
}
