// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.term.Style;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PsCommandTest {
  private static final String AGENTS =
      """
      [{"id":3,"name":"worker","pid":4711,"state":"running","running":true,"sandboxed":true,
        "uptime_ms":65000,"parent":null,"restarts":1,"level":"sandboxed","memory_current":12582912,
        "memory_peak":13000000,"memory_limit":268435456,"cpu_ms":1500,"cpu_limit":0.5,"pids":1},
       {"id":4,"name":"leaker","pid":0,"state":"exited","running":false,"sandboxed":true,
        "uptime_ms":0,"restarts":0,"exit_code":137,"exit_reason":"oom","level":"readonly",
        "memory_current":0,"memory_peak":100663296,"cpu_ms":20,"pids":0}]
      """;

  private static List<String> lines(boolean all, Style style) throws IOException {
    return PsCommand.table(Fields.list(Json.parse(AGENTS)), all, style).lines();
  }

  @Test
  void showsWhatLivesWithItsUseAgainstItsLimits() throws IOException {
    assertThat(lines(/* all= */ false, Style.PLAIN))
        .containsExactly(
            "ID  NAME    STATE    LEVEL      PID   UPTIME  CPU             MEM         RESTARTS  EXIT",
            "3   worker  running  sandboxed  4711  1m5s    1.5s/0.5 cores  12.0M/256M  1         -");
  }

  @Test
  void showsWhatEndedWithItsReason_whenAllAreWanted() throws IOException {
    assertThat(lines(/* all= */ true, Style.PLAIN))
        .last()
        .asString()
        .isEqualTo(
            "4   leaker  exited   readonly   -     -       0.0s            96.0M       0         oom 137");
  }

  @Test
  void coloursStatesAndBadEnds() throws IOException {
    assertThat(String.join("\n", lines(/* all= */ true, Style.COLOURED)))
        .contains("\033[32mrunning\033[0m", "\033[31moom 137\033[0m");
  }
}
