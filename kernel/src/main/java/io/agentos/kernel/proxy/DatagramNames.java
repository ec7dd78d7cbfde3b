// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.base.Limits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import java.util.concurrent.atomic.AtomicInteger;

/** Names over UDP. What is no query is not answered. */
@SuppressWarnings("FutureReturnValueIgnored") // an answer that can't be sent is lost, as any may be
final class DatagramNames extends NameSocket {
  private final NameAnswers answers;
  private final AtomicInteger waiting = new AtomicInteger();

  DatagramNames(NameAnswers answers, int socket) {
    super(socket);
    this.answers = answers;
  }

  @Override
  Channel register(EventLoopGroup loops, int descriptor) {
    EpollDatagramChannel channel = new EpollDatagramChannel(descriptor);
    channel
        .pipeline()
        .addLast(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel made) {
                made.pipeline()
                    .addLast(
                        new DatagramDnsQueryDecoder(),
                        new DatagramDnsResponseEncoder(),
                        new Handler());
              }
            });
    loops.register(channel);
    return channel;
  }

  private final class Handler extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
      if (waiting.incrementAndGet() > Limits.NAME_QUERIES_PER_AGENT) {
        waiting.decrementAndGet();
        return;
      }
      DatagramDnsResponse response =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      answers.fill(
          query,
          response,
          () -> {
            waiting.decrementAndGet();
            context.writeAndFlush(response);
          });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
      // a datagram that is no query; the next one may be
    }
  }
}
