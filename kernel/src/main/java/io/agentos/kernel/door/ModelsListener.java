// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.syscall.Errand;
import io.agentos.kernel.wire.Json;
import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.Set;

/** Makes a list of models, or one of them, of what LLM_STATUS answers. */
final class ModelsListener implements Errand.Listener {
  private final EventLoop loop;
  private final Reply reply;
  private final String wanted;

  /**
   * @param wanted the one model that is asked about; empty for all
   */
  ModelsListener(EventLoop loop, Reply reply, String wanted) {
    this.loop = loop;
    this.reply = reply;
    this.wanted = wanted;
  }

  @Override
  public void part(byte[] json) {
    throw new IllegalStateException("LLM_STATUS has no parts");
  }

  @Override
  public void answer(byte[] json) {
    loop.execute(() -> finish(Json.parse(json)));
  }

  private void finish(JsonNode status) {
    if (!status.path("success").asBoolean()) {
      reply.refuse(Refused.of(status));
      return;
    }
    Set<String> models = new LinkedHashSet<>();
    models.add(ChatRequest.DEFAULT_MODEL);
    status.path("models").forEach(model -> models.add(model.path("model").asText()));
    if (wanted.isEmpty()) {
      ObjectNode list = Json.object().put("object", "list");
      ArrayNode data = list.putArray("data");
      models.forEach(id -> data.add(model(id)));
      reply.succeed(list);
    } else if (models.contains(wanted)) {
      reply.succeed(model(wanted));
    } else {
      reply.refuse(Refused.noModel(wanted));
    }
  }

  /** When a model was made is nothing that is known here. */
  private static ObjectNode model(String id) {
    return Json.object()
        .put("id", id)
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "agentos");
  }
}
