// SPDX-License-Identifier: MIT
package io.agentos.kernel.http;

import io.agentos.kernel.base.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the HTTP codec: collects the head of the one request that a connection carries,
 * within bounds of size and time, and lets it through in one piece when nothing is wrong with it.
 * What follows the head waits until {@link #open} or {@link #takeRest}.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
public final class RequestGuard extends ChannelInboundHandlerAdapter {
  private static final ByteBuf END =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("\r\n\r\n", StandardCharsets.US_ASCII).asReadOnly());

  private @Nullable ByteBuf collected;
  private boolean headPassed;
  private @Nullable ScheduledFuture<?> deadline;

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor()
            .schedule(
                () ->
                    refuse(
                        ctx,
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "the request's headers did not come within "
                            + Limits.PROXY_HEAD_TIME.toSeconds()
                            + " s"),
                Limits.PROXY_HEAD_TIME.toSeconds(),
                TimeUnit.SECONDS);
    ctx.read();
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    ByteBuf all = collected;
    if (all == null) {
      collected = bytes;
      all = bytes;
    } else {
      all.writeBytes(bytes);
      bytes.release();
    }
    if (!headPassed) {
      look(ctx, all);
    }
  }

  private void look(ChannelHandlerContext ctx, ByteBuf all) {
    int end = ByteBufUtil.indexOf(END, all);
    int size = end < 0 ? all.readableBytes() : end - all.readerIndex() + END.readableBytes();
    if (size > Limits.PROXY_HEAD_BYTES) {
      refuse(
          ctx,
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
          "the request's headers are larger than " + Limits.PROXY_HEAD_BYTES + " bytes");
      return;
    }
    if (end < 0) {
      return;
    }
    String fault = RequestHead.fault(ByteBufUtil.getBytes(all, all.readerIndex(), size));
    if (fault != null) {
      refuse(ctx, HttpResponseStatus.BAD_REQUEST, "this request is refused: " + fault);
      return;
    }
    headPassed = true;
    cancelDeadline();
    ctx.fireChannelRead(all.readRetainedSlice(size));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!headPassed) {
      ctx.read();
    }
    ctx.fireChannelReadComplete();
  }

  /** Lets through what followed the head, and all that comes from now on. */
  public void open(ChannelHandlerContext ctx) {
    ByteBuf rest = takeRest();
    ctx.pipeline().remove(this);
    if (rest != null) {
      ctx.fireChannelRead(rest);
    }
  }

  /** What followed the head; the caller releases it. */
  public @Nullable ByteBuf takeRest() {
    ByteBuf rest = collected;
    collected = null;
    if (rest != null && !rest.isReadable()) {
      rest.release();
      return null;
    }
    return rest;
  }

  private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status, String sentence) {
    headPassed = true;
    cancelDeadline();
    drop();
    ctx.fireUserEventTriggered(new Refusal(status, sentence));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE && !headPassed) {
      ctx.close();
    }
    ctx.fireUserEventTriggered(event);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  private void drop() {
    if (collected != null) {
      collected.release();
      collected = null;
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancelDeadline();
    drop();
  }
}
