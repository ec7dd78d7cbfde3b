// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import io.agentos.llm.base.Limits;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts the calls of each caller; used by one thread. */
final class CallCounts {
  private final Map<String, Integer> counts =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > Limits.CALLERS_MAX;
        }
      };

  /** The number of this call of the caller; the first is 1. */
  int next(String caller) {
    return counts.merge(caller, 1, Integer::sum);
  }
}
