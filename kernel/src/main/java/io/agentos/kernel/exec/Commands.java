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
import io.agentos.kernel.sandbox.CommandLimits;
import io.agentos.kernel.sandbox.Enforcement;
import io.agentos.kernel.sandbox.Launcher;
import io.agentos.kernel.sandbox.ResourceLimits;
import io.agentos.kernel.sandbox.SandboxPlan;
import io.agentos.kernel.sandbox.SandboxProcess;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final Enforcement enforcement;
  private int running;
  private int started;

  /**
   * A command.
   *
   * @param cwd absent: the workspace in a sandbox, else the home folder
   * @param limits of memory and processes, within the agent's
   */
  public record Command(
      List<String> argv,
      @Nullable String cwd,
      Map<String, String> environment,
      byte[] stdin,
      Duration timeout,
      ResourceLimits limits,
      int outputBytes) {}

  public Commands(Reactor reactor, Workers workers, Launcher launcher, Enforcement enforcement) {
    this.enforcement = enforcement;
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
    CommandRun run = new CommandRun(reactor, command, listener, place);
    if (!launcher.launch(place, run)) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED, "too many starts are waiting; try again shortly");
    }
    running++;
    return run;
  }

  private Place place(@Nullable Agent agent, Command command) throws SyscallException {
    if (agent == null || !agent.spec().sandboxed()) {
      if (!command.limits().equals(ResourceLimits.NONE)) {
        throw SyscallException.invalid(
            "limits of a command are for sandboxed agents; bound it with ulimit or systemd-run");
      }
      return new OnHost(command);
    }
    AgentRun run =
        agent
            .run()
            .orElseThrow(
                () -> new SyscallException(ErrorCode.UNAVAILABLE, "the agent has just ended"));
    return new InSandbox(agent, run, command, "exec-" + ++started);
  }

  /** Where a command runs. {@code prepare} and {@code close} are for threads that may wait. */
  abstract class Place implements Launcher.Preparation {
    /** The command runs, with this host pid. */
    void started(SandboxProcess process, int pid) {}

    /** The command has ended, or never ran; to be called once. */
    Enforcement.Used ended() {
      running--;
      Enforcement.Used used = used();
      if (!workers.tryRun(this::close)) {
        log.warn(
            "the work queue is full: what a command needed stays on the host until its agent ends");
      }
      return used;
    }

    void kill(SandboxProcess process) {
      process.kill();
    }

    Enforcement.Used used() {
      return new Enforcement.Used(0, 0);
    }

    boolean outOfMemory() {
      return false;
    }

    void close() {}
  }

  private final class OnHost extends Place {
    private final Command command;

    OnHost(Command command) {
      this.command = command;
    }

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
  }

  /** The kernel's user may be one without a home, as services are. */
  private static String homeOrRoot() {
    String home = System.getProperty("user.home");
    return Files.isDirectory(Path.of(home)) ? home : "/";
  }

  private final class InSandbox extends Place {
    private final Agent agent;
    private final Command command;
    private final int initPid;
    private final @Nullable SandboxProcess agentProcess;
    private final CommandLimits limits;
    private int pidfd = Launcher.Request.NO_JOIN;

    InSandbox(Agent agent, AgentRun run, Command command, String name) {
      this.agent = agent;
      this.command = command;
      initPid = run.initPid();
      agentProcess = run.process().orElse(null);
      limits = enforcement.forCommand(run.limits(), command.limits(), name);
    }

    @Override
    public synchronized Launcher.Request prepare() throws IOException {
      pidfd = Sys.pidfdOpen(initPid);
      SandboxPlan plan = new SandboxPlan(command.argv());
      limits.prepare(plan);
      plan.with("--chdir", command.cwd() == null ? SandboxLayout.WORKSPACE : command.cwd());
      agent.spec().allowedSyscalls().forEach(allowed -> plan.with("--allow-syscall", allowed));
      Map<String, String> variables = SandboxLayout.sandboxEnvironment(agent.id(), agent.spec());
      variables.putAll(command.environment());
      variables.forEach((key, value) -> plan.with("--setenv", key, value));
      return new Launcher.Request(plan, command.stdin(), pidfd);
    }

    @Override
    void started(SandboxProcess process, int pid) {
      if (agentProcess != null) {
        limits.started(agentProcess, process, pid);
      }
    }

    @Override
    void kill(SandboxProcess process) {
      limits.kill(process);
    }

    @Override
    Enforcement.Used used() {
      return limits.ended();
    }

    @Override
    boolean outOfMemory() {
      return limits.outOfMemory();
    }

    @Override
    synchronized void close() {
      if (pidfd != Launcher.Request.NO_JOIN) {
        Sys.close(pidfd);
      }
      try {
        limits.release();
      } catch (IOException e) {
        log.warn("the cgroup of a command can't be removed: {}", e.toString());
      }
    }
  }
}
