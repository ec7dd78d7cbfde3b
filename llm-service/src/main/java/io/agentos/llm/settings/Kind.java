// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.util.List;
import java.util.Optional;

/**
 * A kind of provider, which is also the name of the provider of that kind that needs no table.
 *
 * @param model what is asked when nobody names a model
 * @param endpoint where it is; absent for a kind that is reached without a connection
 */
public record Kind(String name, String model, Optional<Endpoint> endpoint) {
  /**
   * A service on the net.
   *
   * @param keyVariables the variables that may hold its key, the one to prefer first
   * @param baseUrlVariable the variable that says where it is instead
   * @param baseUrl where it is
   * @param keys whether a server with a URL of its own needs a key too
   */
  public record Endpoint(
      List<String> keyVariables, String baseUrlVariable, String baseUrl, Keys keys) {}

  /** Whether servers of the kind ask for keys. */
  public enum Keys {
    ALWAYS,
    SOMETIMES
  }

  /** A kind without a connection. */
  public static Kind local(String name, String model) {
    return new Kind(name, model, Optional.empty());
  }

  /** A kind on the net. */
  public static Kind remote(String name, String model, Endpoint endpoint) {
    return new Kind(name, model, Optional.of(endpoint));
  }
}
