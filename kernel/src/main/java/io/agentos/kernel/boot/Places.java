// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where things are unless someone says otherwise; clients look in the same places. */
public final class Places {
  private static final String NAME = "agentos";

  private Places() {}

  /**
   * {@code $XDG_RUNTIME_DIR/agentos/agentos.sock} for a user, {@code /run/agentos/agentos.sock} for
   * root.
   */
  public static Path defaultSocket(Map<String, String> environment) {
    return runtime(environment).resolve("agentos.sock");
  }

  static Path runtimeFor(Path socket, Map<String, String> environment) {
    return socket.equals(defaultSocket(environment))
        ? runtime(environment)
        : Path.of(socket + ".d");
  }

  static Path defaultState(Map<String, String> environment) {
    if (isRoot()) {
      return Path.of("/var/lib", NAME);
    }
    return Optional.ofNullable(environment.get("XDG_STATE_HOME"))
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElse(Path.of(System.getProperty("user.home"), ".local/state"))
        .resolve(NAME);
  }

  private static Path runtime(Map<String, String> environment) {
    String xdg = environment.get("XDG_RUNTIME_DIR");
    if (xdg != null && !xdg.isEmpty() && !isRoot()) {
      return Path.of(xdg, NAME);
    }
    return isRoot()
        ? Path.of("/run", NAME)
        : Path.of("/tmp", NAME + "-" + System.getProperty("user.name"));
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
