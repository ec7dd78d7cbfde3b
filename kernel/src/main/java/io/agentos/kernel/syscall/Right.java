// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.SyscallException;
import java.util.function.Predicate;

/** What the dispatcher asks of the caller's permissions before a call is decoded. */
public enum Right {
  /** Open to every connection. */
  ANY(p -> true, ""),
  READ(Permissions::canRead, "can_read"),
  WRITE(Permissions::canWrite, "can_write"),
  EXEC(Permissions::canExec, "can_exec"),
  THINK(Permissions::canThink, "can_think"),
  SPAWN(Permissions::canSpawn, "can_spawn"),
  HTTP(Permissions::canHttp, "can_http");

  private final Predicate<Permissions> held;
  private final String field;

  Right(Predicate<Permissions> held, String field) {
    this.held = held;
    this.field = field;
  }

  /** Refuses a call of someone who does not hold it now. */
  public void admit(Caller caller, String call) throws SyscallException {
    Permissions permissions = caller.now();
    if (!held.test(permissions)) {
      throw SyscallException.denied(
          call
              + " needs "
              + field
              + ", which level "
              + permissions.level()
              + " of this agent does not have; an operator can grant it with SET_PERMS");
    }
    if (this != ANY) {
      caller.learned().add(Learned.Kind.RIGHT, field);
    }
  }

  /** The permission's name on the wire. */
  public String field() {
    return field;
  }
}
