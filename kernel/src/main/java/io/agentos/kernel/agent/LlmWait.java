// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Timers;
import io.agentos.kernel.reactor.Workers;
import io.agentos.kernel.sandbox.Consumption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Freezes an agent that only waits for the LLM, and thaws it before it is told anything: it waits
 * when a THINK of its has not been heard of, no other call works for it, and its processes use no
 * CPU. Only for agents that asked for it.
 */
@ReactorConfined
public final class LlmWait {
  /** What a call means for the one who made it. */
  public enum Kind {
    /** It is answered by the LLM. */
    LLM,

    /** It is answered when something happens elsewhere. */
    EVENT,

    /** The kernel works for it, or hands it an answer in parts. */
    WORK
  }

  /** One call under way. */
  public final class Open {
    private Kind kind;

    private Open(Kind kind) {
      this.kind = kind;
    }

    /** A part of the answer goes out: whoever made the call has something to do. */
    public void heard() {
      if (kind != Kind.WORK) {
        count(kind, -1);
        kind = Kind.WORK;
        count(kind, 1);
        changed();
      }
    }

    /** It is over, however it ended. */
    public void end() {
      count(kind, -1);
      changed();
    }
  }

  private final Reactor reactor;
  private final Workers workers;
  private final Agent agent;
  private final Map<Kind, Integer> open = new EnumMap<>(Kind.class);
  private Timers.@Nullable Timer timer;
  private @Nullable AgentRun frozen;

  /** Counts what has changed, so that a measurement that took its time is known to be old. */
  private long changes;

  LlmWait(Reactor reactor, Workers workers, Agent agent) {
    this.reactor = reactor;
    this.workers = workers;
    this.agent = agent;
  }

  /** A call of the agent's begins. */
  public Open begin(Kind kind) {
    count(kind, 1);
    changed();
    return new Open(kind);
  }

  /** Whether the agent is frozen for this reason now. */
  public boolean isFrozen() {
    return frozen != null;
  }

  private void count(Kind kind, int change) {
    open.merge(kind, change, Integer::sum);
  }

  private boolean onlyWaits() {
    return open.getOrDefault(Kind.LLM, 0) > 0 && open.getOrDefault(Kind.WORK, 0) == 0;
  }

  private void changed() {
    changes++;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (frozen != null) {
      frozen.freezeWaiting(false);
      frozen = null;
    }
    if (onlyWaits()) {
      lookIn(Limits.FREEZE_LOOK, Optional.empty());
    }
  }

  /**
   * @param before the CPU time at the last look, in milliseconds
   */
  private void lookIn(Duration delay, Optional<Long> before) {
    timer = reactor.schedule(delay, () -> look(delay, before));
  }

  /** Measures on a thread that may wait, and decides back here. */
  private void look(Duration delay, Optional<Long> before) {
    timer = null;
    long seen = changes;
    Optional<Consumption> consumption = agent.run().flatMap(AgentRun::consumption);
    if (consumption.isEmpty()) {
      return;
    }
    workers.tryRun(
        () -> {
          long now = consumption.get().read().cpuMillis();
          reactor.post(
              () -> {
                if (seen == changes) {
                  decide(delay, before, now);
                }
              });
        });
  }

  private void decide(Duration delay, Optional<Long> before, long now) {
    if (before.isPresent() && now - before.get() <= Limits.FREEZE_QUIET.toMillis()) {
      AgentRun run = agent.run().orElse(null);
      if (run != null && run.freezeWaiting(true)) {
        frozen = run;
        workers.tryRun(run::reclaimMemory);
      }
      return;
    }
    // The first look has nothing to compare with; after it, one that works is left alone for
    // longer.
    Duration next = before.isEmpty() ? delay : delay.multipliedBy(2);
    Duration most = Limits.FREEZE_LOOK_LONGEST;
    lookIn(next.compareTo(most) < 0 ? next : most, Optional.of(now));
  }
}
