// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.term.Style;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Puts a demonstration together. */
public final class Demos {
  private Demos() {}

  /**
   * The demonstration on one kernel.
   *
   * @param scripts the folder with the agents' programs
   * @param prefix of the agents' names
   * @param redraws whether {@code out} is a terminal
   */
  public static Demo on(
      Path socket, Path scripts, String prefix, PrintWriter out, Style style, boolean redraws) {
    List<Scenario> all = List.of(new LooperScenario(), new LeakerScenario());
    return new Demo(new Stage(socket, scripts, prefix), new Board(out, style, redraws), all);
  }
}
