// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Egress;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.net.Secrets;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.Workers;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the proxies of all agents, on two threads of its own and some for looking up names. They
 * are made for the first agent that has one: other kernels don't pay for it.
 */
public final class EgressProxy implements Egress, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EgressProxy.class);

  private final Reactor reactor;
  private final Secrets secrets;
  private final AuditLog audit;
  private final Workers lookups =
      new Workers("proxy-lookup", Limits.PROXY_LOOKUPS, Limits.PROXY_LOOKUP_QUEUE);
  private final AtomicInteger connections = new AtomicInteger();
  private @Nullable Engine engine;
  private boolean closed;

  /** What is made once. */
  record Engine(EventLoopGroup loops, SslContext tls) {}

  public EgressProxy(Reactor reactor, Secrets secrets, AuditLog audit) {
    this.reactor = reactor;
    this.secrets = secrets;
    this.audit = audit;
  }

  @Override
  public Gate open(Agent agent, int listener) {
    AgentGate gate = new AgentGate(this, agent, listener);
    // Loading the native transport takes long for the reactor; who connects meanwhile is queued.
    boolean accepted = lookups.tryRun(() -> serve(gate));
    if (!accepted) {
      log.warn("agent {} gets no proxy: too many start at once", agent.id());
      gate.close();
    }
    return gate;
  }

  private void serve(AgentGate gate) {
    try {
      gate.serve(engine());
    } catch (SSLException | RuntimeException | LinkageError e) {
      log.error("a proxy can't be served", e);
      gate.close();
    }
  }

  private synchronized Engine engine() throws SSLException {
    if (closed) {
      throw new IllegalStateException("the kernel ends");
    }
    if (engine == null) {
      engine =
          new Engine(
              new MultiThreadIoEventLoopGroup(
                  Limits.PROXY_THREADS,
                  new DefaultThreadFactory("proxy", /* daemon= */ true),
                  EpollIoHandler.newFactory()),
              SslContextBuilder.forClient()
                  .sslProvider(SslProvider.JDK)
                  .endpointIdentificationAlgorithm("HTTPS")
                  .build());
    }
    return engine;
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

  /** Closes a listener that never got a channel. */
  static void abandon(int listener) {
    Sys.close(listener);
  }

  @Override
  public synchronized void close() {
    closed = true;
    lookups.close();
    if (engine != null
        && !engine
            .loops()
            .shutdownGracefully(0, 1, TimeUnit.SECONDS)
            .awaitUninterruptibly(2, TimeUnit.SECONDS)) {
      log.warn("the proxy's threads did not end");
    }
  }
}
