// SPDX-License-Identifier: MIT
package io.agentos.llm.testing;

import io.agentos.llm.provider.Call;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A call that keeps what it is told and ends when the test says so. */
public final class FakeCall implements Call {
  private final int number;
  private final boolean streaming;
  private final Duration timeout;
  private final BlockingQueue<String> deltas = new LinkedBlockingQueue<>();
  private final List<Runnable> actions = new ArrayList<>();
  private boolean sent;
  private final CountDownLatch end = new CountDownLatch(1);

  public FakeCall(int number, boolean streaming, Duration timeout) {
    this.number = number;
    this.streaming = streaming;
    this.timeout = timeout;
  }

  public static FakeCall whole() {
    return new FakeCall(1, /* streaming= */ false, Duration.ofSeconds(20));
  }

  public static FakeCall streamed() {
    return new FakeCall(1, /* streaming= */ true, Duration.ofSeconds(20));
  }

  public static FakeCall numbered(int number) {
    return new FakeCall(number, /* streaming= */ false, Duration.ofSeconds(20));
  }

  public void end() {
    List<Runnable> due;
    synchronized (this) {
      end.countDown();
      due = List.copyOf(actions);
    }
    due.forEach(Runnable::run);
  }

  public BlockingQueue<String> deltas() {
    return deltas;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public boolean streaming() {
    return streaming;
  }

  @Override
  public synchronized void sending() throws FailureException {
    if (ended()) {
      throw new FailureException(Failure.lasting(ErrorCode.CANCELLED, "ended"));
    }
    sent = true;
  }

  /** Whether the provider may have got the request. */
  public synchronized boolean sent() {
    return sent;
  }

  @Override
  public Duration elapsed() {
    return Duration.ZERO;
  }

  @Override
  public void delta(String content) throws FailureException {
    if (ended()) {
      throw new FailureException(Failure.lasting(ErrorCode.CANCELLED, "ended"));
    }
    deltas.add(content);
  }

  @Override
  public boolean ended() {
    return end.getCount() == 0;
  }

  @Override
  public void onEnd(Runnable action) {
    synchronized (this) {
      if (!ended()) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }

  @Override
  public boolean awaitEnd(Duration duration) {
    try {
      return end.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Duration timeout() {
    return timeout;
  }
}
