// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentRun;
import io.agentos.kernel.agent.SandboxLayout;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Workers;
import io.agentos.kernel.sandbox.Cgroup;
import io.agentos.kernel.sandbox.Launcher;
import io.agentos.kernel.sandbox.SandboxPlan;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs commands with the caller's rights: a sandboxed agent's in its own sandbox and in a child of
 * its cgroup, anyone else's as the kernel's user, supervised.
 */
@ReactorConfined
public final class Commands {
  private static final Logger log = LoggerFactory.getLogger(Commands.class);

  private final Reactor reactor;
  private final Workers workers;
  private final Launcher launcher;
  private int running;
  private int started;

  /**
   * A command.
   *
   * @param cwd absent: the workspace in a sandbox, else the home folder
   */
  public record Command(
      List<String> argv,
      @Nullable String cwd,
      Map<String, String> environment,
      byte[] stdin,
      Duration timeout,
      int outputBytes) {}

  public Commands(Reactor reactor, Workers workers, Launcher launcher) {
    this.reactor = reactor;
    this.workers = workers;
    this.launcher = launcher;
  }

  /**
   * Starts a command; {@code listener} hears of it on the reactor thread.
   *
   * @param agent absent for an operator
   * @return the handle to end it early
   */
  public CommandRun start(@Nullable Agent agent, Command command, CommandRun.Listener listener)
      throws SyscallException {
    reactor.check();
    if (running >= Limits.EXECS) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          Limits.EXECS + " commands are running; try again when one has ended");
    }
    Place place = place(agent, command);
    CommandRun run = new CommandRun(reactor, command, listener, () -> finished(place));
    if (!launcher.launch(place, run)) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED, "too many starts are waiting; try again shortly");
    }
    running++;
    return run;
  }

  private Place place(@Nullable Agent agent, Command command) throws SyscallException {
    if (agent == null || !agent.spec().sandboxed()) {
      return new OnHost(command);
    }
    AgentRun run =
        agent
            .run()
            .orElseThrow(
                () -> new SyscallException(ErrorCode.UNAVAILABLE, "the agent has just ended"));
    return new InSandbox(agent, run, command, "exec-" + ++started);
  }

  private void finished(Place place) {
    running--;
    if (!workers.tryRun(place::close)) {
      log.warn(
          "the work queue is full: what a command needed on the host stays until its agent ends");
    }
  }

  /** Where a command runs. {@code prepare} and {@code close} are for threads that may wait. */
  private interface Place extends Launcher.Preparation {
    void close();
  }

  private record OnHost(Command command) implements Place {
    @Override
    public Launcher.Request prepare() {
      String home = homeOrRoot();
      SandboxPlan plan = new SandboxPlan(command.argv()).with("--supervise-only");
      plan.with("--chdir", command.cwd() == null ? home : command.cwd());
      Map<String, String> variables = new LinkedHashMap<>();
      variables.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
      variables.put("HOME", home);
      variables.put("LANG", "C.UTF-8");
      variables.putAll(command.environment());
      variables.forEach((name, value) -> plan.with("--setenv", name, value));
      return new Launcher.Request(plan, command.stdin(), Launcher.Request.NO_JOIN);
    }

    @Override
    public void close() {
      // It needed nothing.
    }
  }

  /** The kernel's user may be one without a home, as services are. */
  private static String homeOrRoot() {
    String home = System.getProperty("user.home");
    return Files.isDirectory(Path.of(home)) ? home : "/";
  }

  private static final class InSandbox implements Place {
    private final Agent agent;
    private final Command command;
    private final String name;
    private final int initPid;
    private final Optional<Cgroup> parent;
    private final @Nullable Integer maxProcesses;
    private @Nullable Cgroup cgroup;
    private int pidfd = Launcher.Request.NO_JOIN;

    InSandbox(Agent agent, AgentRun run, Command command, String name) {
      this.agent = agent;
      this.command = command;
      this.name = name;
      initPid = run.initPid();
      parent = run.limits().cgroup();
      boolean byRlimit = "rlimit".equals(run.limits().enforcedBy().get("max_pids"));
      maxProcesses = byRlimit ? run.limits().limits().maxPids() : null;
    }

    @Override
    public synchronized Launcher.Request prepare() throws IOException {
      pidfd = Sys.pidfdOpen(initPid);
      SandboxPlan plan = new SandboxPlan(command.argv());
      if (parent.isPresent()) {
        cgroup = parent.get().child(name);
        plan.with("--cgroup", cgroup.directory());
      }
      if (maxProcesses != null) {
        plan.with("--rlimit", "nproc", maxProcesses + 1);
      }
      plan.with("--chdir", command.cwd() == null ? SandboxLayout.WORKSPACE : command.cwd());
      Map<String, String> variables = SandboxLayout.sandboxEnvironment(agent.id(), agent.spec());
      variables.putAll(command.environment());
      variables.forEach((key, value) -> plan.with("--setenv", key, value));
      return new Launcher.Request(plan, command.stdin(), pidfd);
    }

    @Override
    public synchronized void close() {
      if (pidfd != Launcher.Request.NO_JOIN) {
        Sys.close(pidfd);
      }
      try {
        if (cgroup != null) {
          cgroup.kill();
          cgroup.remove();
        }
      } catch (IOException e) {
        log.warn("the cgroup of a command can't be removed: {}", e.toString());
      }
    }
  }
}
