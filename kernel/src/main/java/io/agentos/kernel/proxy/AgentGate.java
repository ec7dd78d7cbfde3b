// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Egress;
import io.agentos.kernel.audit.AuditEntry;
import io.agentos.kernel.audit.Subjects;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.net.Secrets;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.SyscallException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy of one run of an agent: its listener, and everything that came in by it. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class AgentGate implements Egress.Gate {
  private static final Logger log = LoggerFactory.getLogger(AgentGate.class);

  private final EgressProxy proxy;
  private final Agent agent;
  private final int listener;
  private final ChannelGroup channels =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, /* stayClosed= */ true);
  private final AtomicInteger inside = new AtomicInteger();
  private boolean adopted;
  private boolean closed;

  AgentGate(EgressProxy proxy, Agent agent, int listener) {
    this.proxy = proxy;
    this.agent = agent;
    this.listener = listener;
  }

  synchronized void serve(EgressProxy.Engine engine) {
    if (closed) {
      return;
    }
    adopted = true;
    channels.add(
        new ServerBootstrap()
            .group(engine.loops())
            .channelFactory(() -> new EpollServerSocketChannel(listener))
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    came(engine, channel);
                  }
                })
            .register()
            .channel());
  }

  private void came(EgressProxy.Engine engine, Channel channel) {
    boolean room = inside.incrementAndGet() <= Limits.PROXY_CONNECTIONS_PER_AGENT;
    boolean admitted = room && proxy.admit();
    ScheduledFuture<?> end =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  channel.close();
                },
                Limits.PROXY_TOTAL_TIME.toSeconds(),
                TimeUnit.SECONDS);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              end.cancel(false);
              inside.decrementAndGet();
              if (admitted) {
                proxy.left();
              }
            });
    keep(channel);
    RequestGuard guard = new RequestGuard();
    HttpServerCodec codec =
        new HttpServerCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(Limits.PROXY_HEAD_BYTES)
                .setMaxHeaderSize(Limits.PROXY_HEAD_BYTES));
    channel.pipeline().addLast(guard, codec, new Frontend(this, engine, guard, admitted));
  }

  /** Has the channel closed with the gate. */
  void keep(Channel channel) {
    channels.add(channel);
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
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    channels.close();
    if (!adopted) {
      EgressProxy.abandon(listener);
    }
  }
}
