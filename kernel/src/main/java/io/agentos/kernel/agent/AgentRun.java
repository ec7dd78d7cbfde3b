// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Timers;
import io.agentos.kernel.sandbox.Consumption;
import io.agentos.kernel.sandbox.Enforcement;
import io.agentos.kernel.sandbox.Freezer;
import io.agentos.kernel.sandbox.ProcessTree;
import io.agentos.kernel.sandbox.SandboxPlan;
import io.agentos.kernel.sandbox.SandboxProcess;
import io.agentos.kernel.sandbox.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run of an agent, from launch to reaped: watches its limits, stores its output, finds out why
 * it ended.
 */
@ReactorConfined
public final class AgentRun implements SandboxProcess.Observer {
  /** What the process table wants to know. */
  interface Events {
    void started(AgentRun run);

    void startFailed(AgentRun run, SandboxProcess.Failure failure);

    void ended(AgentRun run, ExitRecord exit);
  }

  private static final Duration WALL_TIME_GRACE = Duration.ofSeconds(1);
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;

  private final Agent agent;
  private final Reactor reactor;
  private final Enforcement enforcement;
  private final Enforcement.Prepared limits;
  private final Events events;
  private final LocalService.All services;
  private final long begunNanos = System.nanoTime();
  private @Nullable SandboxProcess process;
  private @Nullable Freezer freezer;
  private @Nullable Consumption consumption;
  private @Nullable View view;
  private final List<LocalService.Gate> gates = new ArrayList<>();
  private Map<String, String> layers = Map.of();
  private Enforcement.Used used = new Enforcement.Used(0, 0);
  private int pid;
  private @Nullable ExitReason cause;
  private SandboxProcess.@Nullable Failure failure;
  private Timers.@Nullable Timer wallTime;
  private Timers.@Nullable Timer grace;
  private long graceEndsNanos;
  private int stopSignal;
  private @Nullable Duration stopGrace;

  AgentRun(
      Agent agent,
      Reactor reactor,
      Enforcement enforcement,
      Enforcement.Prepared limits,
      Events events,
      LocalService.All services) {
    this.agent = agent;
    this.reactor = reactor;
    this.enforcement = enforcement;
    this.limits = limits;
    this.events = events;
    this.services = services;
  }

  public Agent agent() {
    return agent;
  }

  /** Host pid of the agent's own process; 0 before it runs. */
  public int pid() {
    return pid;
  }

  /** Host pid of the sandbox's pid 1; 0 before it runs. */
  public int initPid() {
    return process == null ? 0 : process.initPid();
  }

  /** The sandbox's layers and whether each is applied. */
  public Map<String, String> layers() {
    return layers;
  }

  /** What runs it; absent before it runs. */
  public Optional<SandboxProcess> process() {
    return Optional.ofNullable(process);
  }

  public Enforcement.Prepared limits() {
    return limits;
  }

  public long uptimeMillis() {
    return (System.nanoTime() - begunNanos) / 1_000_000;
  }

  /** Stops all its processes until {@link #resume}. */
  void pause() {
    if (freezer != null) {
      freezer.set(Freezer.Reason.PAUSED, true);
    }
  }

  void resume() {
    if (freezer != null) {
      freezer.set(Freezer.Reason.PAUSED, false);
    }
  }

  /** Stops or continues it because it only waits; whether it stands still for that now. */
  boolean freezeWaiting(boolean on) {
    boolean frozen = on && freezer != null && stopGrace == null;
    if (freezer != null) {
      freezer.set(Freezer.Reason.WAITING, frozen);
    }
    return frozen;
  }

  /** May wait. */
  void reclaimMemory() {
    enforcement.reclaim(limits);
  }

  /** Asks the agent to end with {@code signal}, and ends it when {@code patience} is over. */
  void stop(ExitReason reason, int signal, Duration patience) {
    if (cause == null) {
      cause = reason;
    }
    stopSignal = signal;
    stopGrace = patience;
    if (process != null && pid != 0) {
      deliverStop(process, signal, patience);
    }
  }

  private void deliverStop(SandboxProcess target, int signal, Duration patience) {
    resume();
    freezeWaiting(false);
    if (signal == SIGKILL || patience.isZero()) {
      target.kill();
      return;
    }
    target.signal(signal);
    long deadline = System.nanoTime() + patience.toNanos();
    if (grace == null || deadline - graceEndsNanos < 0) {
      cancel(grace);
      graceEndsNanos = deadline;
      grace = reactor.schedule(patience, target::kill);
    }
  }

  @Override
  public void launched(SandboxProcess launched) {
    process = launched;
    grace = reactor.schedule(Limits.START_TIME, launched::kill);
  }

  @Override
  public void started(int payloadPid, int initPid, Map<String, String> applied) {
    pid = payloadPid;
    layers = Map.copyOf(applied);
    cancel(grace);
    grace = null;
    SandboxProcess running = Objects.requireNonNull(process);
    ProcessTree tree =
        new ProcessTree(limits.cgroup().orElse(null), initPid, agent.spec().sandboxed());
    freezer = enforcement.started(limits, running, tree, () -> noteCause(ExitReason.OOM));
    Duration limit = limits.limits().wallTime();
    if (limit != null) {
      wallTime =
          reactor.schedule(limit, () -> stop(ExitReason.WALL_TIME, SIGTERM, WALL_TIME_GRACE));
    }
    if (stopGrace != null) {
      deliverStop(running, stopSignal, stopGrace);
    }
    consumption = new Consumption(tree, freezer);
    view = openView(initPid);
    openGates(running);
    events.started(this);
  }

  /** The helper sends the listeners before it starts the program. */
  private void openGates(SandboxProcess running) {
    List<SandboxPlan.Listener> ports = agent.spec().localPorts();
    try {
      int[] listeners = running.takeListeners(ports.size());
      for (int i = 0; i < listeners.length; i++) {
        gates.add(services.at(ports.get(i)).open(agent, listeners[i]));
      }
    } catch (ErrnoException e) {
      throw new IllegalStateException("the helper handed out no listener", e);
    }
  }

  private @Nullable View openView(int initPid) {
    try {
      if (!agent.spec().sandboxed()) {
        return View.ofHost(Sys.uid(), Sys.gid());
      }
      return View.ofSandbox(initPid, HostIdentity.uid(agent.id()), HostIdentity.gid(agent.id()));
    } catch (ErrnoException gone) {
      // It ended in this very moment; its end is reported next, and nobody can ask for its files.
      return null;
    }
  }

  /** The files as this agent sees them; absent before it runs. */
  public Optional<View> view() {
    return Optional.ofNullable(view);
  }

  /** What it uses now; absent before it runs. */
  public Optional<Consumption> consumption() {
    return Optional.ofNullable(consumption);
  }

  private void noteCause(ExitReason reason) {
    if (cause == null) {
      cause = reason;
    }
  }

  @Override
  public void failed(SandboxProcess.Failure why) {
    failure = why;
    if (process == null) {
      events.startFailed(this, why);
    }
  }

  @Override
  public void output(SandboxProcess.Stream stream, byte[] bytes) {
    agent
        .log()
        .output(
            stream.ordinal(), bytes, () -> Objects.requireNonNull(process).resumeOutput(stream));
  }

  @Override
  public void ended(SandboxProcess.Exit exit) {
    cancel(grace);
    cancel(wallTime);
    if (view != null) {
      view.close();
    }
    gates.forEach(LocalService.Gate::close);
    used = enforcement.ended(limits, Objects.requireNonNull(process));
    if (failure == null && pid == 0 && cause == null) {
      failure =
          new SandboxProcess.Failure("start", 0, "the sandbox helper ended before the program ran");
    }
    if (failure != null) {
      events.startFailed(this, failure);
      return;
    }
    events.ended(this, record(exit));
  }

  private ExitRecord record(SandboxProcess.Exit exit) {
    ExitReason reason = reason(exit);
    // A tree that is killed as a whole takes what its processes used with it; the others know.
    long peak = Math.max(used.peakBytes(), exit.maxRssBytes());
    long cpu = Math.max(used.cpuMillis(), exit.cpuMillis());
    ExitRecord.Usage usage = new ExitRecord.Usage(cpu, peak, uptimeMillis());
    int code = exit.signal() == 0 ? exit.code() : 128 + exit.signal();
    return new ExitRecord(reason, code, exit.signal(), describe(reason, exit), usage);
  }

  private ExitReason reason(SandboxProcess.Exit exit) {
    boolean died = exit.signal() == SIGKILL;
    if (died && cause != ExitReason.OOM && enforcement.sawOom(limits)) {
      return ExitReason.OOM;
    }
    // Who ended by itself before the kill reached it did not run out of anything.
    if (cause == ExitReason.OOM && !died) {
      return exit.signal() == 0 ? ExitReason.EXITED : ExitReason.SIGNALLED;
    }
    if (cause != null) {
      return cause;
    }
    return exit.signal() == 0 ? ExitReason.EXITED : ExitReason.SIGNALLED;
  }

  private String describe(ExitReason reason, SandboxProcess.Exit exit) {
    return switch (reason) {
      case OOM ->
          "killed: it used more than its memory limit of "
              + limits.limits().memoryBytes()
              + " bytes";
      case WALL_TIME ->
          "ended: it ran longer than its wall_time limit of "
              + Objects.requireNonNull(limits.limits().wallTime()).toMillis() / 1000.0
              + " s";
      case KILLED -> "killed on request";
      case SIGNALLED -> "ended by signal " + exit.signal();
      case EXITED -> "exited with code " + exit.code();
      case START_FAILED -> "never ran";
    };
  }

  private static void cancel(Timers.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }
}
