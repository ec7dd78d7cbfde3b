// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.LocalService;
import io.agentos.kernel.audit.AuditEntry;
import io.agentos.kernel.audit.Subjects;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.http.Reception;
import io.agentos.kernel.http.RequestGuard;
import io.agentos.kernel.net.Secrets;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.SyscallException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy of one run of an agent. */
final class AgentGate implements LocalService.Gate, Reception.Host {
  private static final Logger log = LoggerFactory.getLogger(AgentGate.class);

  private final EgressProxy proxy;
  private final Agent agent;
  private final Reception reception;

  AgentGate(EgressProxy proxy, Agent agent, int listener) {
    this.proxy = proxy;
    this.agent = agent;
    this.reception = Reception.adopting(listener, this);
  }

  Reception reception() {
    return reception;
  }

  @Override
  public int most() {
    return Limits.PROXY_CONNECTIONS_PER_AGENT;
  }

  @Override
  public boolean admit() {
    return proxy.admit();
  }

  @Override
  public void left() {
    proxy.left();
  }

  @Override
  public ChannelHandler handler(RequestGuard guard, boolean admitted) {
    return new Frontend(this, guard, admitted);
  }

  /** Has the channel closed with the gate. */
  void keep(Channel channel) {
    reception.keep(channel);
  }

  /** What the kernel's own connections are secured by. */
  SslContext tls() {
    return proxy.tls();
  }

  /**
   * What the agent may do now. It is asked for on the reactor, which alone knows, and told on the
   * loop.
   */
  void permissions(EventLoop loop, Consumer<Permissions> use) {
    proxy
        .reactor()
        .post(
            () -> {
              Permissions now = agent.permissions();
              loop.execute(() -> use.accept(now));
            });
  }

  Secrets secrets() {
    return proxy.secrets();
  }

  /** Runs what may block; false when there is too much of it already. */
  boolean offload(Runnable task) {
    return proxy.lookups().tryRun(task);
  }

  /** Notes what the agent used, if it is one that learns. */
  void noteUse(Outgoing outgoing) {
    agent.learned().add(Learned.Kind.RIGHT, "can_http");
    outgoing.attached().note(agent.learned(), outgoing.destination());
  }

  /**
   * Writes down what came of a request.
   *
   * @param decision as in {@link AuditEntry}
   * @param then what may go on when that is done, on the reactor's thread
   */
  void note(String request, String decision, String reason, Runnable then) {
    log.debug("agent {}: proxy: {}: {} {}", agent.id(), request, decision, reason);
    proxy
        .audit()
        .append(
            AuditEntry.of(
                agent.id().value(), agent.name(), "proxy", decision, request, Subjects.cut(reason)),
            then);
  }

  /**
   * Refuses when what comes of a request could not be written down.
   *
   * @throws SyscallException UNAVAILABLE, saying why
   */
  void requireAudit() throws SyscallException {
    proxy.audit().requireWritable();
  }

  @Override
  public void close() {
    reception.close();
  }
}
