// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.http.Linger;
import io.agentos.kernel.http.Refusal;
import io.agentos.kernel.net.Redaction;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;

/** The answer of a server on its way to the program that asked. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class Returning extends ChannelInboundHandlerAdapter {
  private final Channel inside;
  private final Redaction redaction;
  private final Redaction.Stream body;
  private boolean skipping;
  private boolean ended;
  private int untaken;

  Returning(Channel inside, Redaction redaction) {
    this.inside = inside;
    this.redaction = redaction;
    this.body = redaction.stream();
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
    if (isUnreadable(head) && frontend != null) {
      ended = true;
      frontend.refuse(
          inside.pipeline().context(frontend),
          new Refusal(
              HttpResponseStatus.BAD_GATEWAY,
              "the server encoded its answer though asked not to; with a secret attached it must be readable"));
      ctx.close();
      return;
    }
    // The program was told to go on by the proxy; other news of this kind is of no use to it.
    skipping = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (skipping || frontend == null || frontend.isAnswered()) {
      return;
    }
    frontend.answerBegins();
    // By its number: the words beside it are the server's, and could say anything.
    HttpResponseStatus status = HttpResponseStatus.valueOf(head.status().code());
    HttpResponse answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    for (Map.Entry<String, String> header : head.headers()) {
      answer.headers().add(redaction.apply(header.getKey()), redaction.apply(header.getValue()));
    }
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
        .writeAndFlush(redaction.isEmpty() ? content : redacted(content))
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

  /** A secret can only be found in what is not encoded; the request asked for that. */
  private boolean isUnreadable(HttpResponse head) {
    return !redaction.isEmpty()
        && !"identity"
            .equalsIgnoreCase(head.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity"));
  }

  /** The same length in all, as the answer's headers may have said how much comes. */
  private HttpContent redacted(HttpContent content) {
    boolean last = content instanceof LastHttpContent;
    byte[] bytes = body.feed(ByteBufUtil.getBytes(content.content()), last);
    content.release();
    return last
        ? new DefaultLastHttpContent(Unpooled.wrappedBuffer(bytes))
        : new DefaultHttpContent(Unpooled.wrappedBuffer(bytes));
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
