// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.provider.Call;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Replies;
import io.agentos.llm.wire.Request.Generate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A request under way. It ends once, by whoever comes first: its provider, a cancel, the deadline.
 * The last line is written then, whether or not the provider has noticed, and no other after it.
 */
final class Ticket implements Call {
  private final Generate request;
  private final int number;
  private final LineWriter writer;
  private final LongSupplier nanoTime;
  private final long arrivedNanos;
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Runnable> actions = new ArrayList<>();
  private boolean sent;

  Ticket(Generate request, int number, LineWriter writer, LongSupplier nanoTime) {
    this.request = request;
    this.number = number;
    this.writer = writer;
    this.nanoTime = nanoTime;
    this.arrivedNanos = nanoTime.getAsLong();
  }

  Generate request() {
    return request;
  }

  /**
   * Ends the request.
   *
   * @param lastLine made from whether the provider may have got the request, which holds from then
   *     on
   * @param before what has to be so before the kernel reads the answer
   * @return false when it had ended already and nothing was done
   */
  boolean end(Function<Boolean, ObjectNode> lastLine, Runnable before) {
    List<Runnable> due;
    synchronized (this) {
      if (ended()) {
        return false;
      }
      end.countDown();
      before.run();
      writer.write(lastLine.apply(sent));
      due = List.copyOf(actions);
      actions.clear();
    }
    due.forEach(Runnable::run);
    return true;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public boolean streaming() {
    return request.stream();
  }

  @Override
  public synchronized void sending() throws FailureException {
    checkEnd();
    sent = true;
  }

  private void checkEnd() throws FailureException {
    if (ended()) {
      throw new FailureException(Failure.lasting(ErrorCode.CANCELLED, "the request has ended"));
    }
  }

  @Override
  public synchronized void delta(String content) throws FailureException {
    checkEnd();
    writer.write(Replies.delta(request.id(), content));
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
      // Only the end of the process interrupts; nobody will read the answer.
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - arrivedNanos);
  }

  @Override
  public Duration timeout() {
    return request.timeout();
  }
}
