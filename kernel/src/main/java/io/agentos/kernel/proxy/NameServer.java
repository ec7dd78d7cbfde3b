// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.LocalService;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.http.Loops;

/**
 * Answers the questions for names that programs in sandboxes with a proxy ask. No question leaves
 * the kernel: an answer is made of the agent's rules alone, so a name carries nothing out.
 */
public final class NameServer {
  private final Loops loops;
  private final AuditLog audit;

  public NameServer(Loops loops, AuditLog audit) {
    this.loops = loops;
    this.audit = audit;
  }

  /** What serves its UDP sockets. */
  public LocalService datagrams() {
    return (agent, socket) -> open(new DatagramNames(answerer(agent), socket));
  }

  /** What serves its TCP listeners. */
  public LocalService streams() {
    return (agent, listener) -> open(new StreamNames(answerer(agent), listener));
  }

  private NameAnswers answerer(Agent agent) {
    return new NameAnswers(agent, audit);
  }

  private LocalService.Gate open(NameSocket socket) {
    loops.start(socket::serve, socket::close);
    return socket;
  }
}
