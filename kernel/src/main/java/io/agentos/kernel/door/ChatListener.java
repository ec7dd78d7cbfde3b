// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Errand;
import io.agentos.kernel.wire.Json;
import io.netty.channel.EventLoop;

/** Hands what THINK answers on to the one who asked, on its own loop. */
final class ChatListener implements Errand.Listener {
  private final EventLoop loop;
  private final Reply reply;
  private final ChatRequest request;
  private final ChatAnswer answer;

  ChatListener(EventLoop loop, Reply reply, ChatRequest request, ChatAnswer answer) {
    this.loop = loop;
    this.reply = reply;
    this.request = request;
    this.answer = answer;
  }

  @Override
  public void part(byte[] json) {
    loop.execute(() -> answer.part(Json.parse(json)).forEach(reply::event));
  }

  @Override
  public void answer(byte[] json) {
    loop.execute(() -> finish(Json.parse(json)));
  }

  private void finish(JsonNode result) {
    if (!result.path("success").asBoolean()) {
      reply.refuse(Refused.of(result));
    } else if (request.streamed()) {
      answer.last(result).forEach(reply::event);
      reply.done();
    } else {
      reply.succeed(answer.whole(result));
    }
  }
}
