// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.base.Limits;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.handler.timeout.ReadTimeoutHandler;

/** Names over TCP. A connection answers one query, and ends. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is all there is to do
final class StreamNames extends NameSocket {
  private final NameAnswers answers;

  StreamNames(NameAnswers answers, int listener) {
    super(listener);
    this.answers = answers;
  }

  @Override
  Channel register(EventLoopGroup loops, int descriptor) {
    return new ServerBootstrap()
        .group(loops)
        .channelFactory(() -> new EpollServerSocketChannel(descriptor))
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                came(channel);
              }
            })
        .register()
        .channel();
  }

  private void came(Channel channel) {
    if (open() > Limits.NAME_QUERIES_PER_AGENT) {
      channel.close();
      return;
    }
    keep(channel);
    channel
        .pipeline()
        .addLast(
            new ReadTimeoutHandler((int) Limits.NAME_QUERY_TIME.toSeconds()),
            new TcpDnsQueryDecoder(DnsRecordDecoder.DEFAULT, Limits.NAME_QUERY_BYTES),
            new TcpDnsResponseEncoder(),
            new Handler());
  }

  private final class Handler extends SimpleChannelInboundHandler<DnsQuery> {
    private boolean asked;

    @Override
    protected void channelRead0(ChannelHandlerContext context, DnsQuery query) {
      if (!asked) {
        asked = true;
        DefaultDnsResponse response = new DefaultDnsResponse(query.id());
        answers.fill(
            query,
            response,
            () ->
                context
                    .writeAndFlush(response)
                    .addListener(
                        sent -> {
                          context.close();
                        }));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
      context.close();
    }
  }
}
