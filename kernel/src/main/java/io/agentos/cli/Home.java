// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.io.IOException;
import java.nio.file.Path;

/** Where AgentOS is installed; the launcher script says so. */
final class Home {
  private Home() {}

  static Path folder() throws IOException {
    String home = System.getProperty("agentos.home");
    if (home == null) {
      throw new IOException("start this through the `agentos` script: -Dagentos.home is not set");
    }
    return Path.of(home);
  }
}
