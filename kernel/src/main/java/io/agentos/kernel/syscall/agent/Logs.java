// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.log.AgentLog;
import io.agentos.kernel.log.LogEntry;
import io.agentos.kernel.log.LogWindow;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Offload;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.Targets;
import io.agentos.kernel.wire.SyscallException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent's output: the last lines, and with {@code follow} every new one until the agent has
 * ended.
 */
public final class Logs implements Syscall.Deferred<Logs.Request, Logs.Response> {
  private final Targets targets;
  private final Offload offload;

  public Logs(Agents agents, Offload offload) {
    this.targets = new Targets(agents);
    this.offload = offload;
  }

  /**
   * {@code since}: seconds since 1970. {@code hold}, with {@code follow}: the agent's output waits
   * for this reader, so that no line is skipped; for operators only.
   */
  public record Request(
      @Nullable Integer id,
      @Nullable String name,
      @Nullable Integer lines,
      @Nullable Double since,
      @Nullable Boolean follow,
      @Nullable Boolean hold) {}

  /** {@code skipped}: lines that a slow follower missed before these. */
  public record Response(List<LogEntry> entries, @Nullable Integer skipped) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<Response> reply)
      throws SyscallException {
    Agent agent = targets.require(caller, request.id(), request.name());
    boolean hold = Boolean.TRUE.equals(request.hold());
    if (hold && !caller.isOperator()) {
      throw SyscallException.denied("only an operator may hold an agent's output back");
    }
    int lines = request.lines() == null ? Limits.LOG_LINES_DEFAULT : request.lines();
    if (lines < 0 || lines > Limits.LOG_LINES_MOST) {
      throw SyscallException.invalid(
          "lines must be 0 to " + Limits.LOG_LINES_MOST + ", was " + lines);
    }
    long since = request.since() == null ? 0 : Math.round(request.since() * 1000);
    AgentLog log = agent.log();
    List<LogEntry> unstored = log.unstored();
    Following following =
        Boolean.TRUE.equals(request.follow()) ? new Following(agent, hold, reply) : null;
    try {
      offload.run(
          () -> complete(log.tail(lines, since), unstored, lines, since),
          stored -> answer(reply, following, stored),
          refusal -> {
            unfollow(log, following);
            reply.fail(refusal);
          });
    } catch (SyscallException refused) {
      unfollow(log, following);
      throw refused;
    }
  }

  private static void answer(
      Reply<Response> reply, @Nullable Following following, List<LogEntry> stored) {
    if (following == null) {
      reply.succeed(new Response(stored, null));
    } else {
      following.begin(stored);
    }
  }

  private static void unfollow(AgentLog log, @Nullable Following following) {
    if (following != null) {
      log.unfollow(following);
    }
  }

  /** What is on disk and what was on its way there; never more than was asked for or fits. */
  private static List<LogEntry> complete(
      List<LogEntry> stored, List<LogEntry> unstored, int lines, long since) {
    LogWindow window = new LogWindow(lines, Limits.LOG_ANSWER_BYTES);
    window.addAll(stored);
    long last = stored.isEmpty() ? 0 : stored.get(stored.size() - 1).seq();
    unstored.stream()
        .filter(entry -> entry.seq() > last && entry.time() >= since)
        .forEach(window::add);
    return window.takeAll();
  }

  /**
   * One follower: gathers while the client is slow, skips the oldest when that is too much, and
   * says so.
   */
  private static final class Following implements AgentLog.Follower {
    private final Agent agent;
    private final boolean hold;
    private final Reply<Response> reply;
    private final LogWindow waiting;
    private boolean ready;
    private boolean agentEnded;

    Following(Agent agent, boolean hold, Reply<Response> reply) {
      this.agent = agent;
      this.hold = hold;
      this.waiting =
          new LogWindow(Integer.MAX_VALUE, hold ? Limits.HOLDER_BYTES : Limits.LOG_ANSWER_BYTES);
      this.reply = reply;
      reply.onAbandon(() -> agent.log().unfollow(this));
      if (agent.state().isFinal()) {
        agentEnded = true;
      } else {
        agent.log().follow(this);
      }
    }

    /**
     * The stored lines come first; those that arrived while they were read and are among them are
     * not repeated.
     */
    void begin(List<LogEntry> stored) {
      waiting.dropThrough(stored.isEmpty() ? 0 : stored.get(stored.size() - 1).seq());
      reply.stream(new Response(stored, null), this::pump);
    }

    @Override
    public void lines(List<LogEntry> entries) {
      waiting.addAll(entries);
      if (ready) {
        pump();
      }
    }

    @Override
    public boolean holds() {
      return hold && waiting.cost() > Limits.LOG_ANSWER_BYTES;
    }

    @Override
    public void closed() {
      agentEnded = true;
      if (ready) {
        pump();
      }
    }

    /** The client has taken what it was sent before. */
    private void pump() {
      ready = waiting.isEmpty() && !agentEnded;
      if (ready) {
        return;
      }
      int skipped = waiting.takeSkipped();
      List<LogEntry> next = waiting.take(Limits.LOG_ANSWER_BYTES);
      agent.log().drained();
      Response response = new Response(next, skipped == 0 ? null : skipped);
      if (agentEnded && waiting.isEmpty()) {
        reply.succeed(response);
      } else {
        reply.stream(response, this::pump);
      }
    }
  }
}
