// SPDX-License-Identifier: MIT
package io.agentos.kernel.metric;

import io.agentos.kernel.reactor.ReactorConfined;

/** Who came to the kernel's sockets. */
@ReactorConfined
public final class ConnectionCounts {
  private int open;
  private long accepted;
  private long refused;

  public void came() {
    open++;
    accepted++;
  }

  public void left() {
    open--;
  }

  /** Someone was sent away: the wrong user, or one connection too many. */
  public void refused() {
    refused++;
  }

  /** How many there are now. */
  public int open() {
    return open;
  }

  /** How many there ever were. */
  public long accepted() {
    return accepted;
  }

  public long refusals() {
    return refused;
  }
}
