// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.EventSink;
import io.agentos.kernel.base.KernelPaths;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.log.AgentLog;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Workers;
import io.agentos.kernel.sandbox.SandboxProcess;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process table: every agent that lives and the last ones that ended; starts, stops and
 * restarts them.
 */
@ReactorConfined
public final class Agents implements AgentRun.Events {
  /** The one who opens and closes an agent's own socket. */
  public interface Doors {
    void open(Agent agent) throws IOException, SyscallException;

    /** The agent runs: who comes to its socket is let in. */
    void admit(Agent agent);

    /** Its run has ended: who comes waits for the next. */
    void hold(Agent agent);

    void close(Agent agent);
  }

  /** Told once how a spawn went. */
  public interface SpawnReply {
    void started(Agent agent, AgentRun run);

    void failed(SyscallException why);
  }

  private static final Logger log = LoggerFactory.getLogger(Agents.class);

  private static final int SIGTERM = 15;

  private final Reactor reactor;
  private final Workers workers;
  private final KernelPaths paths;
  private final Ids ids;
  private final RunFactory runs;
  private final News news;
  private final Map<AgentId, Agent> byId = new LinkedHashMap<>();
  private final Map<String, Agent> liveByName = new HashMap<>();
  private final Map<AgentRun, SpawnReply> waiting = new HashMap<>();
  private @Nullable Doors doors;
  private int endedCount;
  private boolean closed;

  public Agents(
      Reactor reactor,
      Workers workers,
      KernelPaths paths,
      Ids ids,
      RunFactory runs,
      EventSink events) {
    this.reactor = reactor;
    this.workers = workers;
    this.paths = paths;
    this.ids = ids;
    this.runs = runs;
    this.news = new News(events);
  }

  /** Where on the host its agents' files are; for any thread. */
  public HostPlaces places() {
    return new HostPlaces(paths);
  }

  /** Wires in the socket side; before the first spawn. */
  public void setDoors(Doors opener) {
    doors = opener;
  }

  /** Enters an agent into the table and starts it; {@code reply} hears when it runs, or why not. */
  public void spawn(
      AgentSpec spec, @Nullable Agent parent, Permissions permissions, SpawnReply reply)
      throws SyscallException {
    reactor.check();
    if (closed) {
      throw new SyscallException(
          ErrorCode.UNAVAILABLE, "the kernel is shutting down and starts no more agents");
    }
    if (liveByName.containsKey(spec.name())) {
      throw new SyscallException(
          ErrorCode.ALREADY_EXISTS,
          "an agent named \""
              + spec.name()
              + "\" is alive (id "
              + liveByName.get(spec.name()).id()
              + "); kill it or choose another name");
    }
    if (liveByName.size() >= Limits.AGENTS) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED, Limits.AGENTS + " agents are alive; no more are started");
    }
    if (parent != null && livingDescendants(parent) >= Limits.DESCENDANTS) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "this agent has " + Limits.DESCENDANTS + " agents alive; no more are started for it");
    }
    AgentId id = ids.next();
    Agent agent;
    try {
      agent =
          new Agent(
              id,
              spec,
              parent,
              permissions,
              new AgentLog(reactor, workers, paths.agentLog(id, spec.name())));
      if (spec.freezesWhileWaiting()) {
        agent.setLlmWait(new LlmWait(reactor, workers, agent));
      }
      doors().open(agent);
    } catch (IOException e) {
      throw new SyscallException(
          ErrorCode.INTERNAL,
          "can't make the files of agent " + spec.name() + ": " + e.getMessage());
    }
    byId.put(id, agent);
    liveByName.put(spec.name(), agent);
    start(agent, reply);
  }

  private long livingDescendants(Agent ancestor) {
    return liveByName.values().stream().filter(agent -> agent.descendsFrom(ancestor)).count();
  }

  private void start(Agent agent, @Nullable SpawnReply reply) {
    runs.begin(
        agent,
        this,
        run -> {
          agent.setRun(run);
          if (reply != null) {
            waiting.put(run, reply);
          }
        },
        failure -> failedBeforeRun(agent, reply, failure));
  }

  private void failedBeforeRun(Agent agent, @Nullable SpawnReply reply, String sentence) {
    SandboxProcess.Failure failure = new SandboxProcess.Failure("prepare", 0, sentence);
    finish(agent, neverRan(failure), endWithoutRun(agent));
    if (reply != null) {
      reply.failed(refusal(failure));
    }
  }

  @Override
  public void started(AgentRun run) {
    Agent agent = run.agent();
    if (agent.state() == AgentState.STARTING) {
      agent.become(AgentState.RUNNING);
    }
    doors().admit(agent);
    log.info("agent {} \"{}\" runs as pid {}", agent.id(), agent.name(), run.pid());
    news.started(run);
    SpawnReply reply = waiting.remove(run);
    if (reply != null) {
      reply.started(agent, run);
    }
  }

  @Override
  public void startFailed(AgentRun run, SandboxProcess.Failure failure) {
    log.warn("agent {} did not start: {}: {}", run.agent().id(), failure.stage(), failure.text());
    runs.release(run);
    finish(run.agent(), neverRan(failure), endWithoutRun(run.agent()));
    SpawnReply reply = waiting.remove(run);
    if (reply != null) {
      reply.failed(refusal(failure));
    }
  }

  private static AgentState endWithoutRun(Agent agent) {
    return agent.state() == AgentState.STOPPING ? AgentState.EXITED : AgentState.FAILED;
  }

  private static ExitRecord neverRan(SandboxProcess.Failure failure) {
    return new ExitRecord(
        ExitReason.START_FAILED,
        125,
        0,
        failure.stage() + ": " + failure.text(),
        new ExitRecord.Usage(0, 0, 0));
  }

  private static SyscallException refusal(SandboxProcess.Failure failure) {
    ErrorCode code =
        failure.stage().equals("exec") ? ErrorCode.INVALID_REQUEST : ErrorCode.UNAVAILABLE;
    return new SyscallException(
        code,
        "the agent could not be started: " + failure.text(),
        Map.of("stage", failure.stage(), "errno", failure.errno()));
  }

  @Override
  public void ended(AgentRun run, ExitRecord exit) {
    Agent agent = run.agent();
    log.info("agent {} \"{}\": {}", agent.id(), agent.name(), exit.detail());
    runs.release(run);
    agent.setRun(null);
    agent.setExit(exit);
    doors().hold(agent);
    agent.log().note(exit.detail());
    if (agent.state() == AgentState.STOPPING || !agent.restarts().policy().wants(exit) || closed) {
      finish(agent, exit, AgentState.EXITED);
      return;
    }
    Optional<Duration> wait = agent.restarts().next(System.nanoTime());
    if (wait.isEmpty()) {
      agent
          .log()
          .note(
              "given up after "
                  + agent.restarts().policy().most()
                  + " restarts within "
                  + agent.restarts().policy().window());
      finish(agent, exit, AgentState.FAILED);
      return;
    }
    agent.become(AgentState.BACKOFF);
    news.ended(agent, exit);
    agent.restartTimer = reactor.schedule(wait.get(), () -> restart(agent));
  }

  private void restart(Agent agent) {
    agent.become(AgentState.STARTING);
    start(agent, null);
  }

  private void finish(Agent agent, ExitRecord exit, AgentState end) {
    agent.setRun(null);
    agent.setExit(exit);
    agent.become(end);
    liveByName.remove(agent.name());
    doors().close(agent);
    agent.log().close();
    endedCount++;
    forgetOldest();
    news.ended(agent, exit);
    agent.announceEnd();
  }

  private void forgetOldest() {
    Iterator<Agent> all = byId.values().iterator();
    while (endedCount > Limits.ENDED_AGENTS && all.hasNext()) {
      Agent agent = all.next();
      if (agent.state().isFinal()) {
        all.remove();
        endedCount--;
        workers.tryRun(() -> AgentFiles.remove(agent, paths));
      }
    }
  }

  /**
   * Ends an agent: {@code signal} first, and after {@code grace} by force. {@link Agent#whenEnded}
   * tells when.
   */
  public void kill(Agent agent, int signal, Duration grace) {
    reactor.check();
    if (agent.state() == AgentState.BACKOFF) {
      if (agent.restartTimer != null) {
        agent.restartTimer.cancel();
      }
      ExitRecord last = agent.exit().orElseThrow();
      finish(
          agent,
          new ExitRecord(
              ExitReason.KILLED,
              last.exitCode(),
              last.signal(),
              "killed while it waited to restart",
              last.usage()),
          AgentState.EXITED);
      return;
    }
    if (agent.state() != AgentState.STOPPING) {
      agent.become(AgentState.STOPPING);
    }
    agent.run().ifPresent(run -> run.stop(ExitReason.KILLED, signal, grace));
  }

  public void pause(Agent agent) throws SyscallException {
    requireState(agent, AgentState.RUNNING, "paused");
    agent.run().orElseThrow().pause();
    agent.become(AgentState.PAUSED);
    news.paused(agent);
  }

  public void resume(Agent agent) throws SyscallException {
    requireState(agent, AgentState.PAUSED, "resumed");
    agent.run().orElseThrow().resume();
    agent.become(AgentState.RUNNING);
    news.resumed(agent);
  }

  private static void requireState(Agent agent, AgentState state, String verb)
      throws SyscallException {
    if (agent.state() != state) {
      throw SyscallException.invalid(
          "agent "
              + agent.id()
              + " is "
              + agent.state().wireName()
              + "; only one that is "
              + state.wireName()
              + " can be "
              + verb);
    }
  }

  public Optional<Agent> find(AgentId id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** The live agent of that name, or else the last that had it. */
  public Optional<Agent> find(String name) {
    Agent live = liveByName.get(name);
    if (live != null) {
      return Optional.of(live);
    }
    Agent last = null;
    for (Agent agent : byId.values()) {
      last = agent.name().equals(name) ? agent : last;
    }
    return Optional.ofNullable(last);
  }

  /** How many runs ended for what, since the kernel started. */
  public Map<ExitReason, Long> ends() {
    return news.ends();
  }

  /** All that are known, oldest first. */
  public Collection<Agent> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  /**
   * Ends every agent; {@code whenDone} runs when the last has ended. Nothing is started any more.
   */
  public void shutDown(Duration grace, Runnable whenDone) {
    closed = true;
    List<Agent> live = List.copyOf(liveByName.values());
    if (live.isEmpty()) {
      whenDone.run();
    }
    for (Agent agent : live) {
      agent.whenEnded(
          () -> {
            if (liveByName.isEmpty()) {
              whenDone.run();
            }
          });
      kill(agent, SIGTERM, grace);
    }
  }

  private Doors doors() {
    if (doors == null) {
      throw new IllegalStateException("setDoors was not called");
    }
    return doors;
  }
}
