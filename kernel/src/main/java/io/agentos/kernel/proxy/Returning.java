// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** The answer of a server on its way to the program that asked. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class Returning extends ChannelInboundHandlerAdapter {
  private final Channel inside;
  private boolean skipping;
  private boolean ended;
  private int untaken;

  Returning(Channel inside) {
    this.inside = inside;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpResponse head) {
      begin(ctx, head);
    }
    if (message instanceof HttpContent content && !ended && !skipping) {
      pass(ctx, content);
      return;
    }
    skipping &= !(message instanceof LastHttpContent);
    ReferenceCountUtil.release(message);
  }

  private void begin(ChannelHandlerContext ctx, HttpResponse head) {
    Frontend frontend = inside.pipeline().get(Frontend.class);
    if (head.decoderResult().isFailure()
        || head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      ended = true;
      ctx.close(); // the program is then told that there was no answer
      return;
    }
    // The program was told to go on by the proxy; other news of this kind is of no use to it.
    skipping = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (skipping || frontend == null || frontend.isAnswered()) {
      return;
    }
    frontend.answerBegins();
    HttpResponse answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, head.status());
    answer.headers().set(head.headers());
    Outgoing.removeHopByHop(answer.headers());
    answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    inside.write(answer);
  }

  private void pass(ChannelHandlerContext ctx, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      content.release();
      breakOff(ctx);
      return;
    }
    ended = content instanceof LastHttpContent;
    untaken++;
    inside
        .writeAndFlush(content)
        .addListener(
            done -> {
              untaken--;
              if (!done.isSuccess()) {
                breakOff(ctx);
              } else if (ended) {
                ctx.close();
                Linger.close(inside);
              } else {
                readOn(ctx);
              }
            });
  }

  /** The next bytes are read when the last have been taken. */
  private void readOn(ChannelHandlerContext ctx) {
    if (!ended && untaken == 0) {
      ctx.read();
    }
  }

  /** The program must be able to tell that the answer is not whole. */
  private void breakOff(ChannelHandlerContext ctx) {
    ended = true;
    ctx.close();
    inside.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    readOn(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Frontend frontend = inside.pipeline().get(Frontend.class);
    if (!ended && frontend != null && frontend.isAnswered()) {
      inside.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
