// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The variables that settings may come from: those of the process, then those of the .env file. */
record Variables(Map<String, String> environment, Map<String, String> envFile) {

  /** A variable of the process; an empty one counts as absent. */
  Optional<String> setting(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** A value that may be a key. */
  record Candidate(String value, String origin) {}

  /** What these variables hold, in the order in which they are to be tried. */
  List<Candidate> keys(List<String> names) {
    List<Candidate> found = new ArrayList<>();
    add(found, names, environment, "of the environment");
    add(found, names, envFile, "of the .env file");
    return found;
  }

  private static void add(
      List<Candidate> found, List<String> names, Map<String, String> variables, String origin) {
    for (String name : names) {
      String value = variables.getOrDefault(name, "").strip();
      if (!value.isEmpty()) {
        found.add(new Candidate(value, name + " " + origin));
      }
    }
  }
}
