// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.http.Refusal;
import io.agentos.kernel.http.RequestGuard;
import io.agentos.kernel.syscall.Errand;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes one request, makes a call of it, and gives back the answer.
 *
 * <p>A connection carries one request, whose answer says {@code Connection: close}: what is sent
 * behind it is thrown away. Who closes the connection, or only its sending half, has gone away.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class Conversation extends ChannelInboundHandlerAdapter {
  private static final ObjectReader OBJECT = Json.reader(ObjectNode.class);

  private final DoorGate gate;
  private final RequestGuard guard;
  private final boolean admitted;
  private @Nullable Route route;
  private @Nullable ByteBuf body;
  private long held;
  private boolean asked;
  private @Nullable Reply reply;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable Errand errand;

  Conversation(DoorGate gate, RequestGuard guard, boolean admitted) {
    this.gate = gate;
    this.guard = guard;
    this.admitted = admitted;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    reply = new Reply(ctx.channel(), HttpVersion.HTTP_1_1);
    if (!admitted) {
      refuse(
          Refused.http(
              HttpResponseStatus.SERVICE_UNAVAILABLE,
              "this agent has "
                  + Limits.DOOR_CONNECTIONS_PER_AGENT
                  + " connections to the LLM; wait for one to end"));
    }
  }

  private boolean isAnswered() {
    return reply == null || reply.isBegun();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest head && route == null && !isAnswered()) {
        begin(ctx, head);
      }
      if (message instanceof HttpContent content && route != null && !asked && !isAnswered()) {
        take(ctx, content);
      }
    } catch (Refused refused) {
      refuse(refused);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) throws Refused {
    reply = new Reply(ctx.channel(), head.protocolVersion());
    Route asks = Route.of(head, gate.door().maxPayload());
    gate.requireToken(head.headers());
    route = asks;
    body = ctx.alloc().heapBuffer();
    deadline =
        ctx.executor()
            .schedule(() -> refuse(late()), Limits.DOOR_BODY_TIME.toSeconds(), TimeUnit.SECONDS);
    if (HttpUtil.is100ContinueExpected(head)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    // Not now: the codec is amid this very message.
    ctx.executor().execute(() -> openGuard(ctx));
  }

  private void openGuard(ChannelHandlerContext ctx) {
    if (!guardIsGone(ctx)) {
      guard.open(ctx.pipeline().context(guard));
      ctx.read();
    }
  }

  private boolean guardIsGone(ChannelHandlerContext ctx) {
    return ctx.isRemoved() || ctx.pipeline().context(guard) == null;
  }

  private static Refused late() {
    return Refused.http(
        HttpResponseStatus.REQUEST_TIMEOUT,
        "the request's body did not come within " + Limits.DOOR_BODY_TIME.toSeconds() + " s");
  }

  private void take(ChannelHandlerContext ctx, HttpContent content) throws Refused {
    ByteBuf all = body;
    if (all == null) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      throw Refused.http(HttpResponseStatus.BAD_REQUEST, "the request's body is broken");
    }
    int more = content.content().readableBytes();
    if (all.readableBytes() + more > gate.door().maxPayload()) {
      throw Route.tooLarge(gate.door().maxPayload());
    }
    if (!gate.hold(more)) {
      throw Refused.http(
          HttpResponseStatus.SERVICE_UNAVAILABLE,
          "too many bytes of requests are on their way at once; try again shortly");
    }
    held += more;
    all.writeBytes(content.content());
    if (content instanceof LastHttpContent) {
      ask(ctx, ByteBufUtil.getBytes(all));
    }
  }

  private void ask(ChannelHandlerContext ctx, byte[] bytes) throws Refused {
    asked = true;
    Route asks = java.util.Objects.requireNonNull(route);
    Reply to = java.util.Objects.requireNonNull(reply);
    if (asks.kind() == Route.Kind.MODELS) {
      start(
          Opcode.LLM_STATUS,
          new byte[0],
          new ModelsListener(ctx.channel().eventLoop(), to, asks.model()));
    } else {
      try {
        ChatRequest request = ChatRequest.of(Json.decode(OBJECT, bytes));
        ChatAnswer answer =
            new ChatAnswer(gate.door().nextAnswer(), System.currentTimeMillis() / 1000, request);
        start(
            Opcode.THINK,
            Json.encode(request.think()),
            new ChatListener(ctx.channel().eventLoop(), to, request, answer));
      } catch (SyscallException broken) {
        throw Refused.http(HttpResponseStatus.BAD_REQUEST, broken.sentence());
      }
    }
    stopReading();
  }

  private void start(Opcode opcode, byte[] request, Errand.Listener listener) {
    Errand begun = new Errand(gate.door().dispatcher(), gate.source(), listener);
    errand = begun;
    gate.door().reactor().post(() -> begun.begin(opcode, request));
  }

  /** The request is whole, or nobody waits for the rest. */
  private void stopReading() {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (body != null) {
      body.release();
      body = null;
    }
    gate.letGo(held);
    held = 0;
  }

  private void refuse(Refused refused) {
    stopReading();
    if (reply != null) {
      reply.refuse(refused);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    // Also when all has come: only so is it seen that somebody goes away.
    if (guardIsGone(ctx)) {
      ctx.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Refusal refusal) {
      refuse(Refused.of(refusal));
    } else if (event == ChannelInputShutdownEvent.INSTANCE && !isAnswered()) {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stopReading();
    Errand begun = errand;
    if (begun != null) {
      gate.door().reactor().post(begun::abandon);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
