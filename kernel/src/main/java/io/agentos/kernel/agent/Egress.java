// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

/** Serves what an agent's programs send to the proxy in their sandbox. */
public interface Egress {
  /** Where the proxy listens inside every sandbox that has one. */
  int PORT = 3128;

  /** One run's proxy. */
  interface Gate {
    /** Ends the listener and all connections that came in by it. */
    void close();
  }

  /**
   * Starts to serve a run of an agent. Reactor thread.
   *
   * @param listener a listening TCP socket, which is the gate's from here on
   */
  Gate open(Agent agent, int listener);
}
