// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.term.Screen;
import io.agentos.cli.term.Style;
import io.agentos.cli.term.Table;
import io.agentos.cli.term.Units;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows the demonstration while it runs: on a terminal a table that is drawn over itself, elsewhere
 * one line for each change.
 */
final class Board {
  private static final String CLEAR_LINE = "\033[2K";

  /** Longer lines would wrap, and the next drawing would start in the wrong place. */
  private static final String NO_WRAP = "\033[?7l";

  private static final String WRAP = "\033[?7h";

  private final PrintWriter out;
  private final Style style;
  private final @Nullable Screen screen;
  private final Map<String, String> lastSaid = new HashMap<>();
  private int linesDrawn;

  /**
   * A board.
   *
   * @param screen the terminal that {@code out} is, or null
   */
  Board(PrintWriter out, Style style, @Nullable Screen screen) {
    this.out = out;
    this.style = style;
    this.screen = screen;
  }

  void show(Map<Scenario, Progress> scenarios, List<Fields> agents, long elapsedMillis) {
    if (screen != null) {
      draw(fitting(lines(scenarios, agents, elapsedMillis), screen.rows() - 1));
    } else {
      scenarios.forEach((scenario, progress) -> say(scenario.name(), progress.text()));
    }
  }

  private void say(String name, String text) {
    String stage = text.replaceAll("[0-9.]+", "");
    if (!stage.equals(lastSaid.put(name, stage))) {
      out.println(name + ": " + text);
      out.flush();
    }
  }

  private List<String> lines(
      Map<Scenario, Progress> scenarios, List<Fields> agents, long elapsedMillis) {
    List<String> lines = new ArrayList<>();
    lines.add(style.bold("AgentOS demo") + style.dim("  " + Units.duration(elapsedMillis)));
    Table stories = new Table(style, "SCENARIO", "NOW");
    scenarios.forEach((scenario, progress) -> stories.row(scenario.name(), progress.text()));
    lines.addAll(stories.lines());
    lines.add("");
    Table table = new Table(style, "AGENT", "STATE", "PID", "CPU", "MEM", "RESTARTS", "EXIT");
    for (Fields agent : agents) {
      boolean running = agent.flag("running");
      table.row(
          agent.text("name"),
          running ? style.good(agent.text("state")) : style.dim(agent.text("state")),
          agent.whole("pid") == 0 ? "-" : String.valueOf(agent.whole("pid")),
          Units.duration(agent.whole("cpu_ms")),
          Units.bytes(agent.whole(running ? "memory_current" : "memory_peak")),
          String.valueOf(agent.whole("restarts")),
          agent.has("exit_reason")
              ? agent.text("exit_reason") + " " + agent.whole("exit_code")
              : "-");
    }
    lines.addAll(table.lines());
    return lines;
  }

  /** What is drawn over itself must not be higher than the screen. */
  static List<String> fitting(List<String> lines, int rows) {
    if (lines.size() <= rows) {
      return lines;
    }
    List<String> shown = new ArrayList<>(lines.subList(0, rows - 1));
    shown.add("... and " + (lines.size() - rows + 1) + " more");
    return shown;
  }

  private void draw(List<String> lines) {
    StringBuilder frame = new StringBuilder(NO_WRAP);
    if (linesDrawn > 0) {
      frame.append("\033[").append(linesDrawn).append("A");
    }
    for (String line : lines) {
      frame.append(CLEAR_LINE).append(line).append('\n');
    }
    for (int extra = lines.size(); extra < linesDrawn; extra++) {
      frame.append(CLEAR_LINE).append('\n');
    }
    linesDrawn = Math.max(linesDrawn, lines.size());
    out.print(frame.append(WRAP));
    out.flush();
  }

  /** Prints a remark below what was drawn. */
  void note(String remark) {
    out.println(style.warning(remark));
    out.flush();
  }

  /** Leaves the last drawing as it stands; what is printed next comes below. */
  void done() {
    if (screen != null) {
      out.println();
    }
    out.flush();
  }
}
