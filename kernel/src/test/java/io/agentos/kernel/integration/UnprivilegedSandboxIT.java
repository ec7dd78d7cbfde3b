// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import io.agentos.kernel.testing.Procs;
import java.util.List;

/** The same sandbox, made by a kernel that has no privilege at all. */
final class UnprivilegedSandboxIT extends SandboxIT {
  @Override
  List<String> prefix() {
    return Procs.unprivileged();
  }
}
