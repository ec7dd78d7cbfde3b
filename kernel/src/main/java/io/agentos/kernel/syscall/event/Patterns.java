// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.event;

import io.agentos.kernel.event.EventTypes;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The field {@code event_types}. */
final class Patterns {
  private Patterns() {}

  static List<String> require(@Nullable List<String> patterns) throws SyscallException {
    if (patterns == null || patterns.isEmpty()) {
      throw SyscallException.invalid(
          "event_types is missing; it names types such as agent.ended, beginnings such as agent.*,"
              + " or *");
    }
    for (String pattern : patterns) {
      EventTypes.requirePattern(pattern);
    }
    return patterns;
  }
}
