// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentRun;
import io.agentos.kernel.agent.HostIdentity;
import io.agentos.kernel.agent.SandboxLayout;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.sandbox.Launcher;
import io.agentos.kernel.sandbox.SandboxPlan;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands with the caller's rights: a sandboxed agent's in its own sandbox, anyone else's as the kernel's user,
 * supervised.
 */
@ReactorConfined
public final class Commands {
  private final Reactor reactor;
  private final Launcher launcher;
  private int running;

  /**
   * A command.
   *
   * @param cwd absent: the workspace in a sandbox, else the home folder
   */
  public record Command(
      List<String> argv, @Nullable String cwd, Map<String, String> environment, byte[] stdin, Duration timeout, int outputBytes) {}

  public Commands(Reactor reactor, Launcher launcher) {
    this.reactor = reactor;
    this.launcher = launcher;
  }

  /**
   * Starts a command; {@code listener} hears of it on the reactor thread.
   *
   * @param agent absent for an operator
   * @return the handle to end it early
   */
  public CommandRun start(@Nullable Agent agent, Command command, CommandRun.Listener listener) throws SyscallException {
    reactor.check();
    if (running >= Limits.EXECS) {
      throw new SyscallException(ErrorCode.RESOURCE_EXHAUSTED, Limits.EXECS + " commands are running; try again when one has ended");
    }
    Launcher.Request request = request(agent, command);
    CommandRun run = new CommandRun(reactor, command, listener, () -> finished(request));
    if (!launcher.launch(request, run)) {
      closeJoin(request);
      throw new SyscallException(ErrorCode.RESOURCE_EXHAUSTED, "too many starts are waiting; try again shortly");
    }
    running++;
    return run;
  }

  private void finished(Launcher.Request request) {
    running--;
    closeJoin(request);
  }

  private static void closeJoin(Launcher.Request request) {
    if (request.joinPidfd() != Launcher.Request.NO_JOIN) {
      Sys.close(request.joinPidfd());
    }
  }

  private static Launcher.Request request(@Nullable Agent agent, Command command) throws SyscallException {
    SandboxPlan plan = new SandboxPlan(command.argv());
    if (agent != null && agent.spec().sandboxed()) {
      AgentRun run = agent.run().orElseThrow(() -> new SyscallException(ErrorCode.UNAVAILABLE, "the agent has just ended"));
      joined(plan, agent, run, command);
      return new Launcher.Request(plan, command.stdin(), pidfd(run));
    }
    supervised(plan, command);
    return new Launcher.Request(plan, command.stdin(), Launcher.Request.NO_JOIN);
  }

  private static void joined(SandboxPlan plan, Agent agent, AgentRun run, Command command) {
    plan.with("--uid", HostIdentity.INSIDE_UID).with("--gid", HostIdentity.INSIDE_UID);
    if (HostIdentity.kernelIsRoot()) {
      plan.with("--map-uid", HostIdentity.uid(agent.id())).with("--map-gid", HostIdentity.gid(agent.id()));
    }
    run.limits().cgroup().ifPresent(cgroup -> plan.with("--cgroup", cgroup.directory().resolve("main")));
    Integer pids = run.limits().limits().maxPids();
    if (pids != null && "rlimit".equals(run.limits().enforcedBy().get("max_pids"))) {
      plan.with("--rlimit", "nproc", pids + 1);
    }
    plan.with("--chdir", command.cwd() == null ? SandboxLayout.WORKSPACE : command.cwd());
    Map<String, String> variables = SandboxLayout.sandboxEnvironment(agent.id(), agent.spec());
    variables.putAll(command.environment());
    variables.forEach((name, value) -> plan.with("--setenv", name, value));
  }

  private static int pidfd(AgentRun run) throws SyscallException {
    try {
      return Sys.pidfdOpen(run.initPid());
    } catch (ErrnoException gone) {
      throw new SyscallException(ErrorCode.UNAVAILABLE, "the agent has just ended");
    }
  }

  private static void supervised(SandboxPlan plan, Command command) {
    String home = System.getProperty("user.home");
    plan.with("--supervise-only").with("--chdir", command.cwd() == null ? home : command.cwd());
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    variables.put("HOME", home);
    variables.put("LANG", "C.UTF-8");
    variables.putAll(command.environment());
    variables.forEach((name, value) -> plan.with("--setenv", name, value));
  }
}
