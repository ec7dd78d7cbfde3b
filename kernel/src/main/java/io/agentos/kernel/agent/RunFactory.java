// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Workers;
import io.agentos.kernel.sandbox.Enforcement;
import io.agentos.kernel.sandbox.Launcher;
import io.agentos.kernel.sandbox.SandboxPlan;
import io.agentos.kernel.sandbox.SandboxProcess;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares an agent's run off the reactor thread (folders, cgroup, plan) and launches it. */
@ReactorConfined
public final class RunFactory {
  private static final Logger log = LoggerFactory.getLogger(RunFactory.class);

  private final Reactor reactor;
  private final Workers workers;
  private final SandboxLayout layout;
  private final Enforcement enforcement;
  private final Launcher launcher;
  private final LocalService.All services;
  private int runs;

  public RunFactory(
      Reactor reactor,
      Workers workers,
      SandboxLayout layout,
      Enforcement enforcement,
      Launcher launcher,
      LocalService.All services) {
    this.reactor = reactor;
    this.workers = workers;
    this.layout = layout;
    this.enforcement = enforcement;
    this.launcher = launcher;
    this.services = services;
  }

  private record Prepared(SandboxPlan plan, Enforcement.Prepared limits) {}

  /**
   * Either {@code begun} is told of the run, which then reports to {@code events}, or {@code
   * failed} of the reason.
   */
  void begin(
      Agent agent, AgentRun.Events events, Consumer<AgentRun> begun, Consumer<String> failed) {
    String cgroup = agent.id() + "." + ++runs;
    boolean queued =
        workers.tryRun(
            () -> {
              try {
                Prepared prepared = prepare(agent, cgroup);
                reactor.post(() -> launch(agent, prepared, events, begun, failed));
              } catch (IOException e) {
                reactor.post(() -> failed.accept("its files can't be prepared: " + e.getMessage()));
              }
            });
    if (!queued) {
      failed.accept("too much work is queued; try again shortly");
    }
  }

  private Prepared prepare(Agent agent, String cgroup) throws IOException {
    AgentSpec spec = agent.spec();
    SandboxPlan plan =
        spec.sandboxed()
            ? layout.sandboxed(agent.id(), spec)
            : layout.unsandboxed(agent.id(), spec);
    return new Prepared(plan, enforcement.prepare(cgroup, spec.limits(), plan));
  }

  private void launch(
      Agent agent,
      Prepared prepared,
      AgentRun.Events events,
      Consumer<AgentRun> begun,
      Consumer<String> failed) {
    if (agent.state() == AgentState.STOPPING) {
      releaseLater(prepared.limits);
      failed.accept("it was killed before it started");
      return;
    }
    AgentRun run = new AgentRun(agent, reactor, enforcement, prepared.limits, events, services);
    begun.accept(run);
    if (!launcher.launch(() -> new Launcher.Request(prepared.plan), run)) {
      run.failed(
          new SandboxProcess.Failure("spawn", 0, "too many starts are waiting; try again shortly"));
    }
  }

  /** Gives back what a run needed on the host. */
  void release(AgentRun run) {
    releaseLater(run.limits());
  }

  private void releaseLater(Enforcement.Prepared limits) {
    Runnable release =
        () -> {
          try {
            enforcement.release(limits);
          } catch (IOException e) {
            log.warn("a cgroup can't be removed: {}", e.toString());
          }
        };
    if (!workers.tryRun(release)) {
      log.warn("the work queue is full: a cgroup stays until the kernel ends");
    }
  }
}
