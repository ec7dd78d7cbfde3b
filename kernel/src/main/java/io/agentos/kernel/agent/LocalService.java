// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.sandbox.SandboxPlan;

/** Serves a port of the loopback interfaces that sandboxes have of their own. */
public interface LocalService {
  /** Where the HTTP proxy listens inside every sandbox that has one. */
  int PROXY_PORT = 3128;

  /** Where the LLM is asked as OpenAI's is. */
  int LLM_PORT = 3129;

  /** Where names are asked for, by resolvers that know no other port. */
  int NAMES_PORT = 53;

  /** What serves them. */
  record All(LocalService proxy, LocalService llm, LocalService names, LocalService datagramNames) {
    LocalService at(SandboxPlan.Listener listener) {
      if (listener.port() == NAMES_PORT) {
        return listener.datagrams() ? datagramNames : names;
      }
      return listener.port() == PROXY_PORT ? proxy : llm;
    }
  }

  /** One listener of one run. */
  interface Gate {
    /** Ends the listener and all connections that came in by it. */
    void close();
  }

  /**
   * Starts to serve a run of an agent. Reactor thread.
   *
   * @param listener a listening TCP socket or an UDP one, which is the gate's from here on
   */
  Gate open(Agent agent, int listener);
}
