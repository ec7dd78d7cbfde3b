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

  /** What the lines cost together. */
  public int cost() {
    return cost;
  }

  /** Takes all lines, oldest first. */
  public List<LogEntry> takeAll() {
    return take(Integer.MAX_VALUE);
  }

  /** Takes the oldest lines that fit into so many bytes, and at least one. */
  public List<LogEntry> take(int most) {
    List<LogEntry> taken = new ArrayList<>();
    int sum = 0;
    while (!entries.isEmpty() && (taken.isEmpty() || sum + entries.peek().cost() <= most)) {
      LogEntry entry = entries.remove();
      sum += entry.cost();
      taken.add(entry);
    }
    cost -= sum;
    return taken;
  }

  /** How many lines had to go since this was last asked. */
  public int takeSkipped() {
    int count = skipped;
    skipped = 0;
    return count;
  }
}
