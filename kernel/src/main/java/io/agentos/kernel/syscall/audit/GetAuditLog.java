// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.audit;

import io.agentos.kernel.audit.AuditEntry;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.audit.AuditQuery;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows what was decided: to operators all of it, to an agent what it asked for itself. */
public final class GetAuditLog
    implements Syscall.Blocking<GetAuditLog.Request, GetAuditLog.Response> {
  private final AuditLog log;

  public GetAuditLog(AuditLog log) {
    this.log = log;
  }

  /** {@code sinceId}: after that one; absent: the newest. */
  public record Request(
      @Nullable String category,
      @Nullable String decision,
      @Nullable Integer agentId,
      @Nullable Long sinceId,
      @Nullable Integer limit) {}

  /** The oldest first. */
  public record Response(List<AuditEntry> entries) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    int limit = request.limit() == null ? Limits.AUDIT_ENTRIES_DEFAULT : request.limit();
    if (limit < 1 || limit > Limits.AUDIT_ENTRIES_MOST) {
      throw SyscallException.invalid("limit must be from 1 to " + Limits.AUDIT_ENTRIES_MOST);
    }
    Integer agent = request.agentId();
    if (!caller.isOperator()) {
      if (agent != null && agent != caller.id().value()) {
        throw SyscallException.denied("an agent sees its own entries only");
      }
      agent = caller.id().value();
    }
    return new Response(
        log.find(
            new AuditQuery(
                request.sinceId(), agent, request.category(), request.decision(), limit)));
  }
}
