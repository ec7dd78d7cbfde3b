// SPDX-License-Identifier: MIT
package io.agentos.kernel.http;

import io.agentos.kernel.base.Limits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closes in a way that lets the last bytes arrive: with what the other side still sends unread, the
 * system would answer that with a reset, which throws away what was sent.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
public final class Linger {
  private Linger() {}

  public static void close(Channel channel) {
    if (!channel.isActive()) {
      channel.close();
      return;
    }
    ((DuplexChannel) channel).shutdownOutput();
    channel.pipeline().addFirst(new Discard());
    channel
        .eventLoop()
        .schedule(
            () -> {
              channel.close();
            },
            Limits.PROXY_LINGER.toSeconds(),
            TimeUnit.SECONDS);
    channel.config().setAutoRead(true);
  }

  @ChannelHandler.Sharable
  private static final class Discard extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        ctx.close();
      }
    }
  }
}
