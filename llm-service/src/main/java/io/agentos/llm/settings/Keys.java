// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys found, the one to use first. All of them are kept out of the outputs, also those that
 * are not used.
 */
record Keys(List<ApiKey> all) {
  private static final List<String> NAMES = List.of("GEMINI_API_KEY", "GOOGLE_API_KEY");

  /** Looks in the environment, then in the .env file, then in the configuration. */
  static Keys find(
      Map<String, String> environment, Map<String, String> envFile, Optional<String> configured)
      throws SettingsException {
    List<ApiKey> found = new ArrayList<>();
    addAll(found, environment, "of the environment");
    addAll(found, envFile, "of the .env file");
    if (configured.isPresent() && !configured.get().isEmpty()) {
      found.add(ApiKey.of(configured.get(), "llm.gemini.api_key of the configuration"));
    }
    return new Keys(found);
  }

  private static void addAll(List<ApiKey> found, Map<String, String> variables, String origin)
      throws SettingsException {
    for (String name : NAMES) {
      String value = variables.getOrDefault(name, "").strip();
      if (!value.isEmpty()) {
        found.add(ApiKey.of(value, name + " " + origin));
      }
    }
  }

  Optional<ApiKey> first() {
    return all.stream().findFirst();
  }
}
