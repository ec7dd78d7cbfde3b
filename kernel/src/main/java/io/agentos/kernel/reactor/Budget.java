// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import org.jspecify.annotations.Nullable;

/**
 * How many bytes may be held in unfinished requests and untaken answers: by one identity, and by
 * all together. Without it, many connections that each stay within their own bounds would still
 * fill the kernel.
 */
@ReactorConfined
public final class Budget {
  private final @Nullable Budget parent;
  private final long limit;
  private long used;

  private Budget(@Nullable Budget parent, long limit) {
    this.parent = parent;
    this.limit = limit;
  }

  /** The budget of all. */
  public static Budget of(long limit) {
    return new Budget(null, limit);
  }

  /** A share of this one: what it takes counts here too. */
  public Budget share(long shareLimit) {
    return new Budget(this, shareLimit);
  }

  /** Takes bytes, or none and says false. */
  boolean take(long bytes) {
    if (used + bytes > limit || (parent != null && !parent.take(bytes))) {
      return false;
    }
    used += bytes;
    return true;
  }

  void give(long bytes) {
    used -= bytes;
    if (parent != null) {
      parent.give(bytes);
    }
  }
}
