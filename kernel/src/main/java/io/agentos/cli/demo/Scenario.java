// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import java.io.IOException;
import java.util.List;

/** One story of the demonstration: starts its agents, watches them, and says what was measured. */
interface Scenario {
  /** A short word, also the start of its agents' names. */
  String name();

  /** What it is to show, for the case that it can't. */
  String guarantee();

  /** Runs to its end; runs on a thread of its own, and each wait in it has a bound. */
  List<Check> run(Stage stage, Progress progress) throws IOException, InterruptedException;
}
