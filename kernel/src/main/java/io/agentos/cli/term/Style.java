// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

import java.util.Map;

/** Colour, on a terminal that wants it; otherwise text stays as it is. */
public enum Style {
  PLAIN,
  COLOURED;

  private static final String RESET = "\033[0m";

  /**
   * Of one output.
   *
   * @param terminal whether it is one
   */
  public static Style of(boolean terminal, Map<String, String> environment) {
    boolean wanted =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(environment.get("TERM"));
    return terminal && wanted ? COLOURED : PLAIN;
  }

  public String bold(String text) {
    return with("\033[1m", text);
  }

  public String dim(String text) {
    return with("\033[2m", text);
  }

  public String good(String text) {
    return with("\033[32m", text);
  }

  public String bad(String text) {
    return with("\033[31m", text);
  }

  public String warning(String text) {
    return with("\033[33m", text);
  }

  private String with(String code, String text) {
    return this == PLAIN || text.isEmpty() ? text : code + text + RESET;
  }
}
