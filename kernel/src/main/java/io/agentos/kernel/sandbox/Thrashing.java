// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

/**
 * Notices an agent that is out of memory though the system has not said so: nearly all it may have
 * is its own data, the rest is pages of its programs, and reading these again each time they are
 * dropped is all that it still does. The system can go on like that for minutes, because each
 * reclaim finds something. The same state is what systemd-oomd and its forerunner oomd look for in
 * {@code memory.pressure}, which not every kernel has.
 */
final class Thrashing {
  /** Between looks. */
  static final int SAMPLE_MILLIS = 1000;

  /** Looks in a row that must find it: less may be the last moment before things get better. */
  static final int SAMPLES = 8;

  /** What is left for files is too little when it is less than this part of the limit. */
  private static final int LEFT_DIVISOR = 16;

  private static final long PAGE_BYTES = 4096;

  private final Cgroup group;
  private final long limit;
  private long reclaims;
  private long refaulted;
  private int found;

  /**
   * @param limit its {@code memory.max}
   */
  Thrashing(Cgroup group, long limit) {
    this.group = group;
    this.limit = limit;
  }

  /** Looks once more; true when it has thrashed for {@link #SAMPLES} looks in a row. */
  boolean sample() {
    long reclaims = group.number("memory.events", "max").orElse(0L);
    boolean reclaimed = reclaims > this.reclaims;
    this.reclaims = reclaims;
    if (!reclaimed) {
      found = 0;
      return false;
    }
    long left = Math.max(PAGE_BYTES, limit - stat("anon") - stat("shmem"));
    long refaulted = stat("workingset_refault_file") * PAGE_BYTES;
    boolean thrashes = left < limit / LEFT_DIVISOR && refaulted - this.refaulted >= left;
    this.refaulted = refaulted;
    found = thrashes ? found + 1 : 0;
    return found >= SAMPLES;
  }

  private long stat(String name) {
    return group.number("memory.stat", name).orElse(0L);
  }
}
