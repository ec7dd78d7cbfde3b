// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * The newest lines within two bounds, lines and bytes; counts those that had to go. Not
 * thread-safe.
 */
public final class LogWindow {
  private final int lines;
  private final int bytes;
  private final Deque<LogEntry> entries = new ArrayDeque<>();
  private int cost;
  private int skipped;

  /**
   * @param bytes as an answer has them
   */
  public LogWindow(int lines, int bytes) {
    this.lines = lines;
    this.bytes = bytes;
  }

  public void add(LogEntry entry) {
    entries.add(entry);
    cost += entry.cost();
    while (!entries.isEmpty() && (entries.size() > lines || cost > bytes)) {
      cost -= entries.remove().cost();
      skipped++;
    }
  }

  public void addAll(Collection<LogEntry> more) {
    more.forEach(this::add);
  }

  /** Forgets lines up to that number. */
  public void dropThrough(long seq) {
    while (!entries.isEmpty() && entries.peek().seq() <= seq) {
      cost -= entries.remove().cost();
    }
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Takes all lines, oldest first. */
  public List<LogEntry> takeAll() {
    List<LogEntry> taken = new ArrayList<>(entries);
    entries.clear();
    cost = 0;
    return taken;
  }

  /** How many lines had to go since this was last asked. */
  public int takeSkipped() {
    int count = skipped;
    skipped = 0;
    return count;
  }
}
