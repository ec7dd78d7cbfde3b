// SPDX-License-Identifier: MIT
package io.agentos.kernel.http;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.Sys;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A listener, and everything that came in by it. For any thread. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
public final class Reception {
  private static final int NO_LISTENER = -1;

  private final Host host;
  private final ChannelGroup channels =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, /* stayClosed= */ true);
  private final AtomicInteger inside = new AtomicInteger();
  private int listener;
  private boolean closed;

  /** Who takes care of those that come. */
  public interface Host {
    /** How many may be inside at once. */
    int most();

    /** Takes one in, also by what all receptions together may have; false when that is too many. */
    boolean admit();

    /** Who was admitted has gone. */
    void left();

    /**
     * The last handler of a new connection, whose first has the head of its request.
     *
     * @param admitted otherwise it only says no
     */
    ChannelHandler handler(RequestGuard guard, boolean admitted);
  }

  private Reception(Host host, int listener) {
    this.host = host;
    this.listener = listener;
  }

  /**
   * Of a listener that a sandbox opened.
   *
   * @param listener a listening TCP socket, which is the reception's from here on
   */
  public static Reception adopting(int listener, Host host) {
    return new Reception(host, listener);
  }

  /** Of a listener of its own. */
  public static Reception opening(Host host) {
    return new Reception(host, NO_LISTENER);
  }

  /** Serves the listener that it was given. */
  public synchronized void serve(EventLoopGroup loops) {
    if (closed) {
      return;
    }
    int adopted = listener;
    listener = NO_LISTENER;
    channels.add(
        bootstrap(loops)
            .channelFactory(() -> new EpollServerSocketChannel(adopted))
            .register()
            .channel());
  }

  /**
   * Opens one and serves it.
   *
   * @throws Exception when the address can't be had
   */
  public synchronized void serve(EventLoopGroup loops, InetSocketAddress address) throws Exception {
    if (!closed) {
      channels.add(
          bootstrap(loops)
              .channel(EpollServerSocketChannel.class)
              .bind(address)
              .syncUninterruptibly()
              .channel());
    }
  }

  private ServerBootstrap bootstrap(EventLoopGroup loops) {
    return new ServerBootstrap()
        .group(loops)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                came(channel);
              }
            });
  }

  private void came(Channel channel) {
    boolean admitted = inside.incrementAndGet() <= host.most() && host.admit();
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
            gone -> {
              end.cancel(false);
              inside.decrementAndGet();
              if (admitted) {
                host.left();
              }
            });
    keep(channel);
    RequestGuard guard = new RequestGuard();
    HttpServerCodec codec =
        new HttpServerCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(Limits.PROXY_HEAD_BYTES)
                .setMaxHeaderSize(Limits.PROXY_HEAD_BYTES));
    channel.pipeline().addLast(guard, codec, host.handler(guard, admitted));
  }

  /** Has the channel closed with the reception. */
  public void keep(Channel channel) {
    channels.add(channel);
  }

  /** Ends the listener and all connections. */
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    channels.close();
    if (listener != NO_LISTENER) {
      Sys.close(listener);
    }
  }
}
