// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.Backend;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.Replies;
import io.agentos.llm.wire.ReplyReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One line of a cassette: a request and what came of it.
 *
 * @param ordinal which of the requests with this hash it is; the first is 1
 * @param deltas the pieces in which the answer came
 * @param outcome an answer, or a failure
 */
record Exchange(
    String hash, int ordinal, ObjectNode request, List<String> deltas, Outcome outcome) {

  /** What came of a request. */
  sealed interface Outcome {}

  /** It was answered. */
  record Answered(Backend.Answered answer) implements Outcome {}

  /**
   * It was not.
   *
   * @param sent whether the provider may have got it
   */
  record Failed(Failure failure, boolean sent) implements Outcome {}

  private static final Set<String> FIELDS =
      Set.of("hash", "ordinal", "request", "events", "result", "error");

  ObjectNode toJson() {
    ObjectNode node = Json.object().put("hash", hash).put("ordinal", ordinal);
    node.set("request", request);
    ArrayNode events = node.putArray("events");
    deltas.forEach(delta -> events.addObject().put("delta", delta));
    if (outcome instanceof Failed failed) {
      Replies.put(node.putObject("error"), failed.failure, failed.sent);
      return node;
    }
    Backend.Answered answered = ((Answered) outcome).answer;
    ObjectNode result = node.putObject("result");
    Replies.put(result, answered.provider(), answered.answer());
    result.put("latency_ms", answered.latency().toMillis());
    return node;
  }

  static Exchange read(JsonNode node) throws FieldException {
    Fields fields = Fields.of(node, "", FIELDS);
    Optional<ObjectNode> result = fields.object("result");
    Optional<ObjectNode> error = fields.object("error");
    if (result.isPresent() == error.isPresent()) {
      throw new FieldException("it must have either a result or an error");
    }
    int ordinal =
        (int)
            fields
                .integer("ordinal", 1, Integer.MAX_VALUE)
                .orElseThrow(() -> new FieldException("ordinal is missing"));
    return new Exchange(
        fields.requiredText("hash"),
        ordinal,
        fields.require("request", fields.object("request")),
        deltas(fields.list("events")),
        result.isPresent() ? answered(result.get()) : failed(error.orElseThrow()));
  }

  private static List<String> deltas(List<JsonNode> nodes) throws FieldException {
    List<String> deltas = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      deltas.add(
          Fields.of(nodes.get(i), "events[" + i + "]", Set.of("delta")).requiredText("delta"));
    }
    return deltas;
  }

  private static Outcome answered(ObjectNode node) throws FieldException {
    ReplyReader.Result result = ReplyReader.result(node, "result");
    return new Answered(new Backend.Answered(result.provider(), result.answer(), result.latency()));
  }

  private static Outcome failed(ObjectNode node) throws FieldException {
    ReplyReader.Refusal error = ReplyReader.error(node, "error");
    return new Failed(error.failure(), error.sent());
  }
}
