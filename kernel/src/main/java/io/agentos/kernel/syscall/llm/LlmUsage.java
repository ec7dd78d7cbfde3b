// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.llm;

import io.agentos.kernel.llm.DayUsage;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells operators what was spent on each day, by agent and model, in this and earlier kernels. */
public final class LlmUsage implements Syscall.Blocking<LlmUsage.Request, LlmUsage.Response> {
  private static final int DEFAULT_DAYS = 7;
  private static final int MOST_DAYS = 400;

  private final Llm llm;

  public LlmUsage(Llm llm) {
    this.llm = llm;
  }

  /** Today and so many days before, less one. */
  public record Request(@Nullable Integer days) {}

  /** The latest day first, and in it who spent most. */
  public record Response(List<DayUsage> usage) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    if (!caller.isOperator()) {
      throw SyscallException.denied("what all agents spent is for operators; see LLM_STATUS");
    }
    int days = request.days() == null ? DEFAULT_DAYS : request.days();
    if (days < 1 || days > MOST_DAYS) {
      throw SyscallException.invalid("days must be 1 to " + MOST_DAYS + ", was " + days);
    }
    return new Response(llm.usage(days));
  }
}
