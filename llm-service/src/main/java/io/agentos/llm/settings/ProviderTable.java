// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.util.Optional;

/**
 * What the configuration says about one provider.
 *
 * @param place the name of the table, for sentences
 * @param apiKey the key itself, which only [llm.gemini] may hold
 * @param apiKeyEnv the variable that has the key
 */
record ProviderTable(
    String place,
    String kind,
    Optional<String> apiKey,
    Optional<String> apiKeyEnv,
    Optional<String> baseUrl,
    Optional<String> model) {

  /** The table of a provider that has none. */
  static ProviderTable none(String kind) {
    return new ProviderTable(
        "", kind, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  boolean written() {
    return !place.isEmpty();
  }
}
