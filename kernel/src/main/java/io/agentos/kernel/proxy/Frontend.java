// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.audit.Subjects;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.http.Linger;
import io.agentos.kernel.http.Refusal;
import io.agentos.kernel.http.RequestGuard;
import io.agentos.kernel.net.Destination;
import io.agentos.kernel.permission.DomainRules;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.SyscallException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The side of a connection where the program is: takes one request, has it judged, and joins the
 * connection with another that the kernel makes.
 *
 * <p>A connection carries one request, whose answer says {@code Connection: close}. So there is no
 * second request that the first could hide, and nothing of one exchange is left for the next.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class Frontend extends ChannelInboundHandlerAdapter {
  private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

  private final AgentGate gate;
  private final RequestGuard guard;
  private final boolean admitted;
  private final Queue<HttpContent> waiting = new ArrayDeque<>();
  private @Nullable String request;
  private @Nullable Channel backend;
  private boolean answered;
  private boolean bodyEnded;
  private int untaken;

  Frontend(AgentGate gate, RequestGuard guard, boolean admitted) {
    this.gate = gate;
    this.guard = guard;
    this.admitted = admitted;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (!admitted) {
      refuse(
          ctx,
          new Refusal(
              HttpResponseStatus.SERVICE_UNAVAILABLE,
              "this agent has "
                  + Limits.PROXY_CONNECTIONS_PER_AGENT
                  + " connections to its proxy"));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (answered) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest head && request == null) {
      boolean tunnel = head.method().equals(HttpMethod.CONNECT);
      request =
          head.method() + " " + (tunnel ? Subjects.cut(head.uri()) : Subjects.url(head.uri()));
      if (head.decoderResult().isFailure()) {
        refuse(ctx, new Refusal(HttpResponseStatus.BAD_REQUEST, "this request can't be read"));
      } else {
        gate.permissions(ctx.channel().eventLoop(), now -> judge(ctx, head, now));
      }
    }
    if (message instanceof HttpContent content) {
      take(ctx, content);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(ChannelHandlerContext ctx, HttpContent content) {
    if (bodyEnded || content.decoderResult().isFailure()) {
      content.release();
      if (!bodyEnded) {
        ctx.close();
      }
      return;
    }
    bodyEnded = content instanceof LastHttpContent;
    waiting.add(content);
    flush(ctx);
  }

  /** Passes on what has come of the body, once there is someone to take it. */
  private void flush(ChannelHandlerContext ctx) {
    if (backend == null) {
      return;
    }
    Channel to = backend;
    for (HttpContent part = waiting.poll(); part != null; part = waiting.poll()) {
      // Trailers could smuggle what headers must not say.
      HttpContent sent =
          part instanceof LastHttpContent && !part.content().isReadable()
              ? LastHttpContent.EMPTY_LAST_CONTENT
              : part;
      if (sent != part) {
        part.release();
      }
      untaken++;
      to.writeAndFlush(sent)
          .addListener(
              done -> {
                untaken--;
                readOn(ctx);
              });
    }
  }

  /** The next bytes of the body are read when the last have been taken. */
  private void readOn(ChannelHandlerContext ctx) {
    if (backend != null && !answered && !bodyEnded && untaken == 0) {
      ctx.read();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    readOn(ctx);
  }

  private void judge(ChannelHandlerContext ctx, HttpRequest head, Permissions permissions) {
    if (!ctx.channel().isActive()) {
      return;
    }
    try {
      if (!permissions.canHttp()) {
        throw new Refusal(
            HttpResponseStatus.FORBIDDEN,
            "the proxy needs can_http, which this agent does not have; an operator can grant it with SET_PERMS");
      }
      DomainRules rules = permissions.domains();
      Outgoing outgoing = Outgoing.of(head, gate.secrets(), permissions.secrets());
      if (outgoing.isTunnel()) {
        outgoing.destination().judgeTunnel(rules);
      } else {
        outgoing.destination().judge(rules);
      }
      gate.requireAudit();
      note("allowed", "", () -> ctx.executor().execute(() -> lookUp(ctx, outgoing, rules)));
    } catch (SyscallException refusal) {
      refuse(ctx, Refusal.of(refusal));
    } catch (Refusal refusal) {
      refuse(ctx, refusal);
    }
  }

  private void lookUp(ChannelHandlerContext ctx, Outgoing outgoing, DomainRules rules) {
    boolean accepted =
        gate.offload(
            () -> {
              try {
                List<InetAddress> addresses = outgoing.destination().resolve(rules);
                gate.noteUse(outgoing);
                ctx.executor().execute(() -> connect(ctx, outgoing, addresses));
              } catch (SyscallException refusal) {
                ctx.executor().execute(() -> refuse(ctx, Refusal.of(refusal)));
              }
            });
    if (!accepted) {
      refuse(
          ctx,
          new Refusal(
              HttpResponseStatus.SERVICE_UNAVAILABLE,
              Limits.PROXY_LOOKUP_QUEUE + " names are waiting to be looked up; try again shortly"));
    }
  }

  private void connect(ChannelHandlerContext ctx, Outgoing outgoing, List<InetAddress> addresses) {
    if (!ctx.channel().isActive()) {
      return;
    }
    Backend.connect(ctx.channel(), gate, outgoing, addresses)
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                refuse(ctx, unreachable(outgoing.destination(), done.cause()));
              } else if (outgoing.isTunnel()) {
                tunnel(ctx, (Channel) done.getNow());
              } else {
                forward(ctx, outgoing, (Channel) done.getNow());
              }
            });
  }

  private static Refusal unreachable(Destination destination, Throwable cause) {
    return new Refusal(
        HttpResponseStatus.BAD_GATEWAY, destination + " can't be reached: " + cause.getMessage());
  }

  private void tunnel(ChannelHandlerContext ctx, Channel outside) {
    answered = true;
    Channel inside = ctx.channel();
    ByteBuf rest = guard.takeRest();
    inside.pipeline().remove(HttpServerCodec.class);
    inside.pipeline().remove(guard);
    inside.writeAndFlush(Unpooled.copiedBuffer(ESTABLISHED, StandardCharsets.US_ASCII));
    outside.pipeline().addLast(new Relay(inside));
    inside.pipeline().addLast(new Relay(outside));
    inside.pipeline().remove(this);
    if (rest != null) {
      outside.writeAndFlush(rest);
    }
    inside.read();
    outside.read();
  }

  private void forward(ChannelHandlerContext ctx, Outgoing outgoing, Channel outside) {
    backend = outside;
    outside.closeFuture().addListener(end -> backendClosed(ctx));
    outside.write(outgoing.request());
    if (outgoing.expectsContinue()) {
      ctx.writeAndFlush(Answers.goOn());
    }
    guard.open(ctx.pipeline().context(guard));
    flush(ctx);
    outside.flush();
    outside.read();
    readOn(ctx);
  }

  private void backendClosed(ChannelHandlerContext ctx) {
    if (!answered) {
      refuse(
          ctx, new Refusal(HttpResponseStatus.BAD_GATEWAY, "the server closed without an answer"));
    }
  }

  /** From here on the answer is the backend's, and nothing else is said. */
  void answerBegins() {
    answered = true;
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  /** Whether somebody has begun to answer. */
  boolean isAnswered() {
    return answered;
  }

  void refuse(ChannelHandlerContext ctx, Refusal refusal) {
    if (answered) {
      return;
    }
    answerBegins();
    boolean denied = refusal.status().equals(HttpResponseStatus.FORBIDDEN);
    note(
        denied ? "denied" : "failed",
        refusal.status().code() + ": " + refusal.sentence(),
        () -> {});
    ctx.writeAndFlush(Answers.refusal(refusal)).addListener(done -> Linger.close(ctx.channel()));
  }

  private void note(String decision, String reason, Runnable then) {
    gate.note(request == null ? "no request" : request, decision, reason, then);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Refusal refusal) {
      refuse(ctx, refusal);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    answerBegins();
    if (backend != null) {
      backend.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    note("failed", "broke off: " + cause, () -> {});
    ctx.close();
  }
}
