// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.wire.SyscallException;

/** Where a call comes from and where its answer goes; one call at a time. Reactor thread. */
interface Requester {
  /** Who calls, with what it may do now. */
  Caller caller() throws SyscallException;

  int maxPayload();

  /** Makes this call the one that is waited for. */
  void begin(Call call);

  void part(int opcode, byte[] payload);

  /** Runs {@code more} when the parts so far have been taken. */
  void whenDrained(Runnable more);

  void answer(int opcode, byte[] payload);
}
