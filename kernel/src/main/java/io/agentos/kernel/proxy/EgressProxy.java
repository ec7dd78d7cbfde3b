// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.LocalService;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.http.Loops;
import io.agentos.kernel.net.Secrets;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.Workers;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Serves the proxies of all agents, with some threads of its own for looking up names. */
public final class EgressProxy implements LocalService, AutoCloseable {
  private final Reactor reactor;
  private final Loops loops;
  private final Secrets secrets;
  private final AuditLog audit;
  private final Workers lookups =
      new Workers("proxy-lookup", Limits.PROXY_LOOKUPS, Limits.PROXY_LOOKUP_QUEUE);
  private final AtomicInteger connections = new AtomicInteger();
  private volatile @Nullable SslContext tls;

  public EgressProxy(Reactor reactor, Loops loops, Secrets secrets, AuditLog audit) {
    this.reactor = reactor;
    this.loops = loops;
    this.secrets = secrets;
    this.audit = audit;
  }

  @Override
  public Gate open(Agent agent, int listener) {
    AgentGate gate = new AgentGate(this, agent, listener);
    loops.start(
        group -> {
          prepareTls();
          gate.reception().serve(group);
        },
        gate::close);
    return gate;
  }

  /** On the one thread that starts to serve. */
  private void prepareTls() throws SSLException {
    if (tls == null) {
      tls =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .endpointIdentificationAlgorithm("HTTPS")
              .build();
    }
  }

  /** There is one before any gate is served. */
  SslContext tls() {
    return Objects.requireNonNull(tls);
  }

  Reactor reactor() {
    return reactor;
  }

  Secrets secrets() {
    return secrets;
  }

  AuditLog audit() {
    return audit;
  }

  Workers lookups() {
    return lookups;
  }

  /** Counts one more connection, unless there are too many. */
  boolean admit() {
    if (connections.incrementAndGet() > Limits.PROXY_CONNECTIONS) {
      connections.decrementAndGet();
      return false;
    }
    return true;
  }

  void left() {
    connections.decrementAndGet();
  }

  @Override
  public void close() {
    lookups.close();
  }
}
