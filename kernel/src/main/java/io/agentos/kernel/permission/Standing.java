// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

/**
 * One agent's permissions as they stand. Set on the reactor thread, read by any: what waits in a
 * queue is judged by what holds when its turn comes.
 */
public final class Standing {
  private volatile Permissions current;

  public Standing(Permissions first) {
    current = first;
  }

  public Permissions get() {
    return current;
  }

  public void set(Permissions changed) {
    current = changed;
  }
}
