// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import io.agentos.kernel.testing.Procs;
import java.util.List;

/** The same by a kernel that has no privilege, and so no cgroup to put a command into. */
final class UnprivilegedExecLimitsIT extends ExecLimitsIT {
  @Override
  List<String> prefix() {
    return Procs.unprivileged();
  }
}
