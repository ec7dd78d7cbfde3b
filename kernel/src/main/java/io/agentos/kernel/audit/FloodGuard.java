// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import io.agentos.kernel.base.Limits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps one agent from pushing what others did out of a bounded log by having itself refused: of
 * one agent's refusals so many a minute are written, the rest is counted. What was allowed is
 * always written.
 */
final class FloodGuard {
  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Map<Integer, Window> windows = new HashMap<>();

  private static final class Window {
    final long fromNanos;
    final String agent;
    int written;
    int counted;

    Window(long fromNanos, String agent) {
      this.fromNanos = fromNanos;
      this.agent = agent;
    }
  }

  /** Whether the entry is to be written; else it is counted. */
  synchronized boolean admits(AuditEntry entry, long nowNanos) {
    if (entry.decision().equals("allowed")) {
      return true;
    }
    Window window =
        windows.computeIfAbsent(entry.agentId(), id -> new Window(nowNanos, entry.agent()));
    if (window.written < Limits.AUDIT_REFUSALS_PER_MINUTE) {
      window.written++;
      return true;
    }
    window.counted++;
    return false;
  }

  /** Ends the minutes that are over; an entry for each in which some were only counted. */
  synchronized List<AuditEntry> ended(long nowNanos) {
    List<AuditEntry> summaries = new ArrayList<>();
    Iterator<Map.Entry<Integer, Window>> all = windows.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Integer, Window> next = all.next();
      Window window = next.getValue();
      if (nowNanos - window.fromNanos >= WINDOW_NANOS) {
        all.remove();
        if (window.counted > 0) {
          String sum = window.counted + " more refusals in this minute";
          summaries.add(AuditEntry.of(next.getKey(), window.agent, "audit", "denied", sum, ""));
        }
      }
    }
    return summaries;
  }
}
