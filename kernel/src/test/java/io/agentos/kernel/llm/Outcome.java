// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.testing.LiveReactor;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What becomes of one request; whoever asks for its end waits for that. */
final class Outcome implements Llm.Listener {
  final List<String> parts = new ArrayList<>();
  private final CompletableFuture<JsonNode> answer = new CompletableFuture<>();
  private final CompletableFuture<SyscallException> refusal = new CompletableFuture<>();

  @Override
  public void admit() {}

  @Override
  public void part(String part) {
    parts.add(part);
  }

  @Override
  public void result(JsonNode result, long queuedMillis, long latencyMillis) {
    answer.complete(result);
  }

  @Override
  public void refused(SyscallException why) {
    refusal.complete(why);
  }

  JsonNode answer() {
    return LiveReactor.await(answer);
  }

  String content() {
    return answer().get("content").asText();
  }

  SyscallException refusal() {
    return LiveReactor.await(refusal);
  }

  ErrorCode code() {
    return refusal().code();
  }

  /** Nobody was told anything yet. */
  boolean isOpen() {
    return !answer.isDone() && !refusal.isDone();
  }
}
