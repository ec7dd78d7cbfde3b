// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.SyscallException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One call of somebody who came in by another way than a socket of frames. All else is the same:
 * what it may, what it is counted in, what is written down, how the answer looks.
 */
@ReactorConfined
public final class Errand implements Requester {
  private final Dispatcher dispatcher;
  private final Source source;
  private final Listener listener;
  private @Nullable Call call;

  /** Who calls. */
  @FunctionalInterface
  public interface Source {
    /**
     * With what it may do now.
     *
     * @throws SyscallException when it is no more
     */
    Caller caller() throws SyscallException;
  }

  /** Hears what comes back, as JSON; nothing after {@link #abandon()}. */
  public interface Listener {
    void part(byte[] json);

    void answer(byte[] json);
  }

  public Errand(Dispatcher dispatcher, Source source, Listener listener) {
    this.dispatcher = dispatcher;
    this.source = source;
    this.listener = listener;
  }

  /** Makes the call; the listener may hear the answer before this returns. */
  public void begin(Opcode opcode, byte[] request) {
    dispatcher.dispatch(this, opcode.number(), ByteBuffer.wrap(request));
  }

  /** Nobody waits for the answer any more. */
  public void abandon() {
    if (call != null) {
      call.abandon();
    }
  }

  @Override
  public Caller caller() throws SyscallException {
    return source.caller();
  }

  @Override
  public int maxPayload() {
    return dispatcher.maxPayload();
  }

  @Override
  public void begin(Call begun) {
    call = begun;
  }

  @Override
  public void part(int opcode, byte[] payload) {
    listener.part(payload);
  }

  /** Who listens here keeps its own count of what is not taken. */
  @Override
  public void whenDrained(Runnable more) {
    more.run();
  }

  @Override
  public void answer(int opcode, byte[] payload) {
    listener.answer(payload);
  }
}
