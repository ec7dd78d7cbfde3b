// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ends an agent: a signal, a grace, then force; answers when nothing of it is left. Nobody else
 * waits meanwhile.
 */
public final class Kill implements Syscall.Deferred<Kill.Request, Kill.Response> {
  private static final int SIGTERM = 15;
  private static final int LAST_SIGNAL = 64;

  private final Agents agents;
  private final Targets targets;

  public Kill(Agents agents) {
    this.agents = agents;
    this.targets = new Targets(agents);
  }

  /**
   * {@code grace} in seconds (default 5, 0: at once); {@code signal}: the first one, default 15.
   */
  public record Request(
      @Nullable Integer id,
      @Nullable String name,
      @Nullable Double grace,
      @Nullable Integer signal) {}

  /** Which agent ended, and how. */
  public record Response(boolean killed, int agentId, String exitReason) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<Response> reply)
      throws SyscallException {
    Agent agent = targets.require(caller, request.id(), request.name());
    Targets.notSelf(caller, agent, "it ends by exiting");
    int signal = request.signal() == null ? SIGTERM : request.signal();
    if (signal < 1 || signal > LAST_SIGNAL) {
      throw SyscallException.invalid("signal must be 1 to " + LAST_SIGNAL + ", was " + signal);
    }
    Duration grace = grace(request.grace());
    if (agent.state().isFinal()) {
      throw SyscallException.notFound(
          "agent "
              + agent.id()
              + " \""
              + agent.name()
              + "\" has ended already ("
              + agent.exit().map(exit -> exit.reason().wireName()).orElse("unknown")
              + ")");
    }
    agents.kill(agent, signal, grace);
    agent.whenEnded(
        () ->
            reply.succeed(
                new Response(
                    true,
                    agent.id().value(),
                    agent.exit().map(exit -> exit.reason().wireName()).orElse(""))));
  }

  private static Duration grace(@Nullable Double seconds) throws SyscallException {
    if (seconds == null) {
      return Limits.KILL_GRACE;
    }
    if (!(seconds >= 0 && seconds <= Limits.KILL_GRACE_LONGEST.toSeconds())) {
      throw SyscallException.invalid(
          "grace must be 0 to "
              + Limits.KILL_GRACE_LONGEST.toSeconds()
              + " seconds, was "
              + seconds);
    }
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
