// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.base.Limits;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the kernel's own connection to where a request goes. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class Backend {
  private final Channel inside;
  private final AgentGate gate;
  private final Outgoing outgoing;
  private final Iterator<InetAddress> addresses;
  private final Promise<Channel> result;

  private Backend(Channel inside, AgentGate gate, Outgoing outgoing, List<InetAddress> addresses) {
    this.inside = inside;
    this.gate = gate;
    this.outgoing = outgoing;
    this.addresses =
        addresses.subList(0, Math.min(addresses.size(), Limits.PROXY_ADDRESSES)).iterator();
    this.result = inside.eventLoop().newPromise();
  }

  /**
   * Connects to the first of the addresses that answers, and shakes hands when the request is to be
   * sent over TLS. Same loop as {@code inside}.
   */
  static Future<Channel> connect(
      Channel inside, AgentGate gate, Outgoing outgoing, List<InetAddress> addresses) {
    Backend backend = new Backend(inside, gate, outgoing, addresses);
    backend.tryNext();
    return backend.result;
  }

  private void tryNext() {
    InetSocketAddress address =
        new InetSocketAddress(addresses.next(), outgoing.destination().port());
    ChannelFuture attempt =
        new Bootstrap()
            .group(inside.eventLoop())
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, outgoing.isTunnel())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Limits.PROXY_CONNECT_TIME.toMillis())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    gate.keep(channel);
                    prepare(channel);
                  }
                })
            .connect(address);
    attempt.addListener(
        done -> {
          if (done.isSuccess()) {
            connected(attempt.channel());
          } else if (addresses.hasNext() && inside.isActive()) {
            tryNext();
          } else {
            result.setFailure(done.cause());
          }
        });
  }

  private void prepare(Channel channel) {
    channel
        .pipeline()
        .addLast(
            new IdleStateHandler(0, 0, Limits.PROXY_IDLE_TIME.toSeconds(), TimeUnit.SECONDS),
            new IdleEnd());
    if (outgoing.isTunnel()) {
      return;
    }
    if (outgoing.secure()) {
      SslHandler tls =
          gate.tls()
              .newHandler(
                  channel.alloc(), outgoing.destination().host(), outgoing.destination().port());
      tls.setHandshakeTimeout(Limits.PROXY_CONNECT_TIME.toSeconds(), TimeUnit.SECONDS);
      channel.pipeline().addLast(tls);
    }
    channel
        .pipeline()
        .addLast(
            new HttpClientCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(Limits.PROXY_HEAD_BYTES)
                    .setMaxHeaderSize(Limits.PROXY_HEAD_BYTES),
                /* parseHttpAfterConnectRequest= */ false,
                /* failOnMissingResponse= */ false),
            new Returning(inside, outgoing.attached().redaction()));
  }

  private void connected(Channel channel) {
    if (!inside.isActive()) {
      channel.close();
      result.setFailure(new java.nio.channels.ClosedChannelException());
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      result.setSuccess(channel);
      return;
    }
    tls.handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                result.setSuccess(channel);
              } else {
                channel.close();
                result.setFailure(done.cause());
              }
            });
  }

  /** Ends what has been silent in both directions. */
  private static final class IdleEnd extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent) {
        ctx.close();
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }
  }
}
