// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.http.Linger;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;

/** The one answer of a connection, on its loop: a JSON object, or a stream of events. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails here closes its channel, which is heard of
final class Reply {
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Channel channel;
  private final HttpVersion version;
  private boolean begun;
  private boolean ended;

  Reply(Channel channel, HttpVersion version) {
    this.channel = channel;
    this.version = version;
  }

  boolean isBegun() {
    return begun;
  }

  void refuse(Refused refused) {
    if (ended) {
      return;
    }
    if (begun) {
      // The status is long said: clients look for an error among the events.
      event(refused.body());
      end(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    FullHttpResponse response = response(refused.status(), refused.body());
    refused.headers().forEach((name, value) -> response.headers().set(name, value));
    begun = true;
    end(response);
  }

  void succeed(ObjectNode body) {
    if (!begun) {
      FullHttpResponse response = response(HttpResponseStatus.OK, body);
      begun = true;
      end(response);
    }
  }

  /** Sends one event of a stream; the first begins it. */
  void event(ObjectNode data) {
    if (ended) {
      return;
    }
    if (!begun) {
      begun = true;
      channel.write(streamHead());
    }
    channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(DATA, bytes(data), END)));
    if (channel.bytesBeforeWritable() > Limits.DOOR_UNTAKEN_BYTES) {
      ended = true;
      channel.close();
    }
  }

  /** Ends a stream. */
  void done() {
    if (!ended) {
      channel.write(new DefaultHttpContent(Unpooled.wrappedBuffer(DONE)));
      end(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  private void end(Object last) {
    ended = true;
    channel.writeAndFlush(last).addListener(done -> Linger.close(channel));
  }

  private HttpResponse streamHead() {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (!version.equals(HttpVersion.HTTP_1_0)) {
      head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    return head;
  }

  private static FullHttpResponse response(HttpResponseStatus status, ObjectNode body) {
    ByteBuf bytes = Unpooled.wrappedBuffer(bytes(body));
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, bytes);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }

  private static byte[] bytes(ObjectNode value) {
    try {
      return Json.encode(value);
    } catch (SyscallException halfACharacter) {
      // It quotes text of the client's that is no Unicode.
      return "{\"error\":{\"message\":\"refused\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}"
          .getBytes(StandardCharsets.US_ASCII);
    }
  }
}
