// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import io.agentos.kernel.testing.Procs;
import java.util.List;

/** The same by a kernel that has no privilege, and so neither groups nor id mapping. */
final class UnprivilegedLimitsIT extends LimitsIT {
  @Override
  List<String> prefix() {
    return Procs.unprivileged();
  }
}
