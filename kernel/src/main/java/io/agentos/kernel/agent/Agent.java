// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.log.AgentLog;
import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.permission.Standing;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One agent through all its runs: identity, permissions, mailbox and log stay; the process comes
 * and goes.
 */
@ReactorConfined
public final class Agent {
  private final AgentId id;
  private final AgentSpec spec;
  private final @Nullable Agent parent;
  private final AgentLog log;
  private final Restarts restarts;
  private final List<Runnable> whenEnded = new ArrayList<>();
  private final Standing permissions;
  private final Learned learned;
  private final CallCounts calls = new CallCounts();
  private AgentState state = AgentState.STARTING;
  private @Nullable AgentRun run;
  private @Nullable LlmWait llmWait;
  private @Nullable ExitRecord exit;
  Timers.@Nullable Timer restartTimer;

  Agent(AgentId id, AgentSpec spec, @Nullable Agent parent, Permissions permissions, AgentLog log) {
    this.id = id;
    this.spec = spec;
    this.parent = parent;
    this.permissions = new Standing(permissions);
    Learned parents = parent == null ? Learned.NOTHING : parent.learned;
    this.learned = spec.learns() ? Learned.begin() : parents;
    this.log = log;
    this.restarts = new Restarts(spec.restart());
  }

  public AgentId id() {
    return id;
  }

  public String name() {
    return spec.name();
  }

  public AgentSpec spec() {
    return spec;
  }

  public Optional<Agent> parent() {
    return Optional.ofNullable(parent);
  }

  /** Whether {@code other} spawned this one, directly or through others. */
  public boolean descendsFrom(Agent other) {
    for (Agent a = parent; a != null; a = a.parent) {
      if (a == other) {
        return true;
      }
    }
    return false;
  }

  public AgentState state() {
    return state;
  }

  void become(AgentState next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("agent " + id + " can't go from " + state + " to " + next);
    }
    state = next;
  }

  /** As they stand; for any thread. */
  public Permissions permissions() {
    return permissions.get();
  }

  /** What it uses of them, with what its children use, if it was started to learn; any thread. */
  public Learned learned() {
    return learned;
  }

  /** How its system calls went, in all its runs. */
  public CallCounts calls() {
    return calls;
  }

  public void setPermissions(Permissions changed) {
    permissions.set(changed);
  }

  public AgentLog log() {
    return log;
  }

  Restarts restarts() {
    return restarts;
  }

  public int restartCount() {
    return restarts.total();
  }

  /** The run under way; absent between runs and after the last. */
  public Optional<AgentRun> run() {
    return Optional.ofNullable(run);
  }

  void setRun(@Nullable AgentRun current) {
    run = current;
  }

  /** What freezes it while it waits for the LLM; absent unless it asked for that. */
  public Optional<LlmWait> llmWait() {
    return Optional.ofNullable(llmWait);
  }

  void setLlmWait(LlmWait wait) {
    llmWait = wait;
  }

  /** How the last run ended; absent while the first is under way. */
  public Optional<ExitRecord> exit() {
    return Optional.ofNullable(exit);
  }

  void setExit(ExitRecord record) {
    exit = record;
  }

  /** Runs {@code task} once the agent has ended for good; at once if it has. */
  public void whenEnded(Runnable task) {
    if (state.isFinal()) {
      task.run();
    } else {
      whenEnded.add(task);
    }
  }

  public void forgetWhenEnded(Runnable task) {
    whenEnded.remove(task);
  }

  void announceEnd() {
    List<Runnable> tasks = List.copyOf(whenEnded);
    whenEnded.clear();
    tasks.forEach(Runnable::run);
  }
}
