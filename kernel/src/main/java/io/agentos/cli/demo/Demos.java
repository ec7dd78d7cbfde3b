// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.term.Screen;
import io.agentos.cli.term.Style;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a demonstration together. */
public final class Demos {
  private Demos() {}

  /**
   * The demonstration on one kernel.
   *
   * @param slowModel whether the kernel's model is the demonstration's own, which takes its time
   * @param screen the terminal that {@code out} is, or null
   */
  public static Demo on(
      Stage stage, boolean slowModel, PrintWriter out, Style style, @Nullable Screen screen) {
    List<Scenario> all =
        List.of(
            new LooperScenario(),
            new BystanderScenario(),
            new LeakerScenario(),
            new HostileScenario(),
            new CrasherScenario(),
            new WorkersScenario(slowModel));
    return new Demo(stage, new Board(out, style, screen), all);
  }
}
