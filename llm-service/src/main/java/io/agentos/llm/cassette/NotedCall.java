// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import io.agentos.llm.provider.Call;
import io.agentos.llm.wire.FailureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A call whose pieces are kept as they pass. */
final class NotedCall implements Call {
  private final Call call;
  private final List<String> deltas = new ArrayList<>();
  private boolean sent;

  NotedCall(Call call) {
    this.call = call;
  }

  List<String> deltas() {
    return List.copyOf(deltas);
  }

  boolean sent() {
    return sent;
  }

  @Override
  public int number() {
    return call.number();
  }

  @Override
  public boolean streaming() {
    return call.streaming();
  }

  @Override
  public void sending() throws FailureException {
    call.sending();
    sent = true;
  }

  @Override
  public void delta(String content) throws FailureException {
    call.delta(content);
    deltas.add(content);
  }

  @Override
  public boolean ended() {
    return call.ended();
  }

  @Override
  public void onEnd(Runnable action) {
    call.onEnd(action);
  }

  @Override
  public boolean awaitEnd(Duration duration) {
    return call.awaitEnd(duration);
  }

  @Override
  public Duration elapsed() {
    return call.elapsed();
  }

  @Override
  public Duration timeout() {
    return call.timeout();
  }
}
