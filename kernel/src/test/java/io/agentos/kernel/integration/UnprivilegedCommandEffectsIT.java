// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import io.agentos.kernel.testing.Procs;
import java.util.List;

/** The same with a kernel that is an ordinary user. */
final class UnprivilegedCommandEffectsIT extends CommandEffectsIT {
  @Override
  List<String> prefix() {
    return Procs.unprivileged();
  }
}
