// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Timers;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request under way: the single answer it is owed, its deadline, and what to undo if nobody
 * waits any more.
 */
@ReactorConfined
final class Call implements Syscall.Reply<Object> {
  private final Requester requester;
  private final Reactor reactor;
  private final int opcode;
  private final long begunNanos = System.nanoTime();
  private List<CallCounts> counts = List.of();
  private boolean open = true;
  private boolean answered;
  private Audit.@Nullable Entry entry;
  private @Nullable ErrorCode failure;
  private @Nullable Runnable onAbandon;
  private final List<Runnable> whenClosed = new ArrayList<>();
  private @Nullable Runnable whenPart;
  private Timers.@Nullable Timer timer;

  Call(Requester requester, Reactor reactor, int opcode) {
    this.requester = requester;
    this.reactor = reactor;
    this.opcode = opcode;
  }

  /** This call is one of those that are counted there. */
  void countIn(List<CallCounts> all) {
    counts = all;
    counts.forEach(count -> count.begun(opcode));
  }

  /** How this call ends is written down there before it is answered. */
  void follow(Audit.Entry entry) {
    this.entry = entry;
  }

  @Override
  public void succeed(Object response) {
    try {
      answer(Answers.success(response), /* refusal= */ null);
    } catch (SyscallException unwritable) {
      fail(unwritable);
    }
  }

  @Override
  public void fail(SyscallException refusal) {
    answer(Answers.failure(refusal), refusal);
  }

  private void answer(byte[] answer, @Nullable SyscallException refusal) {
    if (!open || answered) {
      return;
    }
    answered = true;
    failure = refusal == null ? null : refusal.code();
    if (entry == null) {
      finish(answer);
    } else {
      entry.ended(refusal, () -> finish(answer));
    }
  }

  @Override
  public void part(Object part) {
    if (!open || answered) {
      return;
    }
    if (whenPart != null) {
      whenPart.run();
    }
    try {
      requester.part(opcode, Answers.part(part));
    } catch (SyscallException unwritable) {
      fail(unwritable);
    }
  }

  @Override
  public void stream(Object part, Runnable more) {
    part(part);
    requester.whenDrained(more);
  }

  @Override
  public void onAbandon(Runnable task) {
    onAbandon = task;
  }

  /** Runs {@code task} when this call is over, however it ends. */
  void whenClosed(Runnable task) {
    whenClosed.add(task);
  }

  /** Runs {@code task} before each part of a stream. */
  void whenPart(Runnable task) {
    whenPart = task;
  }

  @Override
  public void onTimeout(Duration delay, Runnable task) {
    timer =
        reactor.schedule(
            delay,
            () -> {
              if (isOpen()) {
                task.run();
              }
            });
  }

  @Override
  public boolean isOpen() {
    return open && !answered;
  }

  private void finish(byte[] answer) {
    if (!open) {
      return;
    }
    boolean fits = answer.length <= requester.maxPayload();
    failure = fits ? failure : ErrorCode.TOO_LARGE;
    long took = System.nanoTime() - begunNanos;
    counts.forEach(count -> count.ended(opcode, took, failure));
    close();
    requester.answer(opcode, fits ? answer : tooLarge(answer.length));
  }

  private byte[] tooLarge(int bytes) {
    return Answers.failure(
        new SyscallException(
            ErrorCode.TOO_LARGE,
            "the answer would be "
                + bytes
                + " bytes, over max_payload "
                + requester.maxPayload()
                + "; ask for less"));
  }

  /** The client is gone: no answer is owed. */
  void abandon() {
    if (open) {
      long took = System.nanoTime() - begunNanos;
      counts.forEach(count -> count.abandoned(opcode, took));
      close();
      if (entry != null && !answered) {
        entry.abandoned();
      }
      if (onAbandon != null) {
        onAbandon.run();
      }
    }
  }

  private void close() {
    open = false;
    whenClosed.forEach(Runnable::run);
    if (timer != null) {
      timer.cancel();
    }
  }
}
