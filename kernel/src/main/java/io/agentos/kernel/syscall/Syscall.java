// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;

/**
 * One system call's handler. Where it runs is its type: {@link Inline}, {@link Blocking} or {@link
 * Deferred}.
 *
 * @param <Q> the request: a record whose components are the JSON fields
 * @param <R> the answer: a record, or a JSON tree
 */
public sealed interface Syscall<Q, R> {
  /** The request's record. */
  Class<Q> requestType();

  /** Answers at once, on the reactor thread; must not wait for anything. */
  non-sealed interface Inline<Q, R> extends Syscall<Q, R> {
    R handle(Caller caller, Q request) throws SyscallException;
  }

  /** Runs on a worker thread and may wait there; touches no reactor state. */
  non-sealed interface Blocking<Q, R> extends Syscall<Q, R> {
    R handle(Caller caller, Q request) throws SyscallException;
  }

  /** Starts on the reactor thread and answers there later, through {@link Reply}. */
  non-sealed interface Deferred<Q, R> extends Syscall<Q, R> {
    void handle(Caller caller, Q request, Reply<R> reply) throws SyscallException;
  }

  /**
   * The one answer that is owed; used on the reactor thread. All but the first final call do
   * nothing.
   */
  interface Reply<R> {
    void succeed(R response);

    void fail(SyscallException refusal);

    /** Sends one part of a stream, marked {@code "partial": true}; the final answer follows. */
    void part(Object part);

    /**
     * Sends a part, and runs {@code more} as soon as the client has taken it: the source keeps the
     * client's pace.
     */
    void stream(Object part, Runnable more);

    /** Runs {@code task} if the client goes away before the answer. */
    void onAbandon(Runnable task);

    /** Runs {@code task} after {@code delay} if there is no answer by then. */
    void onTimeout(Duration delay, Runnable task);

    boolean isOpen();
  }
}
