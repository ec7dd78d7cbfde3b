// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.agent.ExitRecord;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits until an agent has ended for good (restarts included) and tells how. */
public final class WaitFor implements Syscall.Deferred<WaitFor.Request, WaitFor.Response> {
  private final Targets targets;

  public WaitFor(Agents agents) {
    this.targets = new Targets(agents);
  }

  /** {@code timeout} in seconds; absent: an hour. */
  public record Request(@Nullable Integer id, @Nullable String name, @Nullable Double timeout) {}

  /** The exit record; {@code state} is {@code failed} for one that never ran or was given up. */
  public record Response(
      int id,
      String name,
      String state,
      int exitCode,
      int signal,
      String exitReason,
      String detail,
      int restarts,
      ExitRecord.Usage usage) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<Response> reply)
      throws SyscallException {
    Agent agent = targets.require(caller, request.id(), request.name());
    Targets.notSelf(caller, agent, "it would wait for ever");
    double seconds =
        request.timeout() == null ? Limits.WAIT_LONGEST.toSeconds() : request.timeout();
    if (!(seconds >= 0)) {
      throw SyscallException.invalid("timeout must be a number of seconds, 0 or more");
    }
    Runnable answer = () -> reply.succeed(response(agent));
    agent.whenEnded(answer);
    reply.onAbandon(() -> agent.forgetWhenEnded(answer));
    reply.onTimeout(
        Duration.ofMillis(
            Math.round(Math.min(seconds, (double) Limits.WAIT_LONGEST.toSeconds()) * 1000)),
        () -> {
          agent.forgetWhenEnded(answer);
          reply.fail(
              new SyscallException(
                  ErrorCode.TIMEOUT,
                  "agent "
                      + agent.id()
                      + " is still "
                      + agent.state().wireName()
                      + " after "
                      + seconds
                      + " s"));
        });
  }

  private static Response response(Agent agent) {
    ExitRecord exit = agent.exit().orElseThrow();
    return new Response(
        agent.id().value(),
        agent.name(),
        agent.state().wireName(),
        exit.exitCode(),
        exit.signal(),
        exit.reason().wireName(),
        exit.detail(),
        agent.restartCount(),
        exit.usage());
  }
}
