// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.audit.AuditEntry;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.audit.Subjects;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what of a call is written down: whatever was denied, and everything that changes
 * something or reaches out, however it ended.
 */
@ReactorConfined
final class Audit {
  private static final Set<Opcode> ALWAYS =
      EnumSet.of(
          Opcode.WRITE, Opcode.EXEC, Opcode.SPAWN, Opcode.KILL, Opcode.HTTP, Opcode.SET_PERMS);
  private final AuditLog log;

  Audit(AuditLog log) {
    this.log = log;
  }

  /** One call that is under way. */
  final class Entry {
    private final Caller caller;
    private final Opcode opcode;
    private final byte[] request;

    private Entry(Caller caller, Opcode opcode, byte[] request) {
      this.caller = caller;
      this.opcode = opcode;
      this.request = request;
    }

    /** Writes down how it ended, if that is called for; then goes on. */
    void ended(@Nullable SyscallException refusal, Runnable then) {
      boolean denied = refusal != null && refusal.code() == ErrorCode.PERMISSION_DENIED;
      if (!denied && !ALWAYS.contains(opcode)) {
        then.run();
        return;
      }
      String decision = refusal == null ? "allowed" : denied ? "denied" : "failed";
      append(decision, refusal == null ? "" : refusal.code() + ": " + refusal.sentence(), then);
    }

    /** Nobody waits for the answer any more; what was begun may have had its effect. */
    void abandoned() {
      if (ALWAYS.contains(opcode)) {
        append("abandoned", "the caller went away before the answer", () -> {});
      }
    }

    private void append(String decision, String reason, Runnable then) {
      log.append(
          AuditEntry.of(
              caller.id().value(),
              caller.shown(),
              opcode.name().toLowerCase(Locale.ROOT),
              decision,
              AuditSubject.of(request),
              Subjects.cut(reason)),
          then);
    }
  }

  /**
   * Begins to follow a call.
   *
   * @throws SyscallException UNAVAILABLE when its end could not be written down
   */
  Entry begin(Caller caller, Opcode opcode, byte[] request) throws SyscallException {
    if (ALWAYS.contains(opcode)) {
      log.requireWritable();
    }
    return new Entry(caller, opcode, request);
  }
}
