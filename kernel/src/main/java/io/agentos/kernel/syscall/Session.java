// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.reactor.Connection;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One connection and the identity its socket gave it. */
@ReactorConfined
public final class Session implements Connection.Client, Requester {
  private final Connection connection;
  private final Dispatcher dispatcher;
  private final Identity identity;
  private @Nullable Call current;

  /**
   * Who is at the other end; asked anew for each call, so that a change of permissions holds at
   * once.
   */
  public interface Identity {
    AgentId id();

    Caller caller() throws SyscallException;

    /** The connection is gone. */
    void left();
  }

  public Session(Connection connection, Dispatcher dispatcher, Identity identity) {
    this.connection = connection;
    this.dispatcher = dispatcher;
    this.identity = identity;
    connection.serve(this);
  }

  public Identity identity() {
    return identity;
  }

  @Override
  public Caller caller() throws SyscallException {
    return identity.caller();
  }

  @Override
  public int maxPayload() {
    return dispatcher.maxPayload();
  }

  @Override
  public void frame(int opcode, ByteBuffer payload) {
    if (opcode == Opcode.NOOP.number()) {
      connection.send(identity.id().value(), opcode, payload);
      return;
    }
    dispatcher.dispatch(this, opcode, payload);
    if (opcode == Opcode.EXIT.number()) {
      connection.end();
    }
  }

  @Override
  public void broken(int opcode, ErrorCode code, String sentence) {
    write(opcode, Answers.failure(new SyscallException(code, sentence)));
  }

  @Override
  public void closed() {
    if (current != null) {
      current.abandon();
    }
    identity.left();
  }

  @Override
  public void begin(Call call) {
    current = call;
    connection.hold();
  }

  @Override
  public void part(int opcode, byte[] payload) {
    write(opcode, payload);
    connection.push();
  }

  @Override
  public void whenDrained(Runnable more) {
    connection.whenDrained(more);
  }

  @Override
  public void answer(int opcode, byte[] payload) {
    write(opcode, payload);
    current = null;
    connection.release();
  }

  private void write(int opcode, byte[] payload) {
    connection.send(identity.id().value(), opcode, ByteBuffer.wrap(payload));
  }
}
