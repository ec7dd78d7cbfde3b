// SPDX-License-Identifier: MIT
package io.agentos.llm.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.RejectedLineException;
import io.agentos.llm.wire.Request;
import io.agentos.llm.wire.RequestReader;

/** Requests the way the kernel writes them. */
public final class Requests {
  private Requests() {}

  /** A request with one message of the user, to be changed by the test. */
  public static ObjectNode generate(long id, String text) {
    ObjectNode request = Json.object().put("id", id).put("op", "generate");
    message(request, "user", text);
    return request.put("timeout_ms", 20_000).put("stream", false).put("caller", "worker-1");
  }

  /** Adds a message and returns it. */
  public static ObjectNode message(ObjectNode request, String role, String text) {
    ObjectNode message = request.withArray("messages").addObject().put("role", role);
    message.putArray("content").addObject().put("type", "text").put("text", text);
    return message;
  }

  /** What a provider is given for a request. */
  public static Prompt prompt(ObjectNode request) {
    try {
      return ((Request.Generate) RequestReader.read(request.toString().getBytes(UTF_8))).prompt();
    } catch (RejectedLineException e) {
      throw new AssertionError(e);
    }
  }

  public static Prompt prompt(String text) {
    return prompt(generate(1, text));
  }
}
