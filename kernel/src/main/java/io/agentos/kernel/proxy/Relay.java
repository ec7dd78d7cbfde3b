// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/**
 * One direction of a tunnel: the next bytes are read when the last have been taken, and the end of
 * one side's sending is passed on while the other's goes on.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class Relay extends ChannelInboundHandlerAdapter {
  private final Channel to;

  Relay(Channel to) {
    this.to = to;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    to.writeAndFlush(message)
        .addListener(
            done -> {
              if (done.isSuccess()) {
                ctx.read();
              } else {
                ctx.close();
              }
            });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      DuplexChannel other = (DuplexChannel) to;
      other.shutdownOutput();
      if (other.isInputShutdown()) {
        ctx.close();
        other.close();
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    to.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
