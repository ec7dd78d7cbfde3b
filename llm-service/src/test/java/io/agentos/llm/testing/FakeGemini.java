// SPDX-License-Identifier: MIT
package io.agentos.llm.testing;

import io.agentos.llm.base.Json;
import java.io.IOException;

/** A server on this machine that speaks the REST format of the Gemini Developer API. */
public final class FakeGemini extends FakeServer {
  public FakeGemini(Behaviour behaviour) throws IOException {
    super(behaviour);
  }

  /** A response with one piece of text; the reason is left out when it is empty. */
  public static String text(String text, String finishReason) {
    var response = Json.object();
    var candidate = response.putArray("candidates").addObject();
    candidate
        .putObject("content")
        .put("role", "model")
        .putArray("parts")
        .addObject()
        .put("text", text);
    if (!finishReason.isEmpty()) {
      candidate.put("finishReason", finishReason);
    }
    response.putObject("usageMetadata").put("promptTokenCount", 4).put("candidatesTokenCount", 2);
    return response.toString();
  }

  /** An error as the API reports one. */
  public static String error(int code, String status, String message) {
    var error = Json.object();
    error.putObject("error").put("code", code).put("message", message).put("status", status);
    return error.toString();
  }
}
