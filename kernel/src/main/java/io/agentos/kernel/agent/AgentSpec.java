// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.sandbox.ResourceLimits;
import io.agentos.kernel.sandbox.SandboxPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What SPAWN asked for, checked: everything needed to start the agent, again and again.
 *
 * @param command the program as the agent sees it, and its arguments
 * @param environment added to the kernel's few variables
 * @param cwd as the agent sees it
 * @param script the script on the host, which a sandbox shows under {@code /agent}
 * @param scriptWhole whether the script's whole folder is shown or only the file
 * @param allowedSyscalls that the sandbox's filter otherwise refuses
 * @param devices of the host that its {@code /dev} has too
 * @param llmWeight of its share of the LLM among its siblings' shares
 * @param openai whether it can ask the LLM as OpenAI's is asked, over HTTP
 * @param freezesWhileWaiting whether it stands still while it only waits for the LLM
 * @param learns whether what it uses of its permissions is noted
 * @param workspace the folder on the host that is {@code /workspace}; absent: one is made
 */
public record AgentSpec(
    String name,
    List<String> command,
    Map<String, String> environment,
    String cwd,
    boolean sandboxed,
    NetworkMode network,
    @Nullable Path script,
    boolean scriptWhole,
    @Nullable Path workspace,
    List<Mount> mounts,
    List<String> allowedSyscalls,
    List<Devices.Device> devices,
    ResourceLimits limits,
    int llmWeight,
    RestartPolicy restart,
    boolean openai,
    boolean freezesWhileWaiting,
    boolean learns) {
  public static final int DEFAULT_LLM_WEIGHT = 100;
  public static final int MOST_LLM_WEIGHT = 10_000;

  /** The ports of its own loopback interface that the kernel serves. */
  List<SandboxPlan.Listener> localPorts() {
    List<SandboxPlan.Listener> ports = new ArrayList<>();
    if (network == NetworkMode.PROXY) {
      ports.add(new SandboxPlan.Listener(LocalService.PROXY_PORT, /* datagrams= */ false));
      ports.add(new SandboxPlan.Listener(LocalService.NAMES_PORT, /* datagrams= */ false));
      ports.add(new SandboxPlan.Listener(LocalService.NAMES_PORT, /* datagrams= */ true));
    }
    if (openai) {
      ports.add(new SandboxPlan.Listener(LocalService.LLM_PORT, /* datagrams= */ false));
    }
    return ports;
  }

  /** The same agent within its parent's limits. */
  public AgentSpec within(ResourceLimits parent) {
    return new AgentSpec(
        name,
        command,
        environment,
        cwd,
        sandboxed,
        network,
        script,
        scriptWhole,
        workspace,
        mounts,
        allowedSyscalls,
        devices,
        limits.cappedBy(parent),
        llmWeight,
        restart,
        openai,
        freezesWhileWaiting,
        learns);
  }

  /**
   * One more place in the sandbox: a folder or file of the host, as an operator names it or as
   * another agent passes it on, or a folder in memory.
   */
  public record Mount(
      @Nullable Path source,
      @Nullable HostPlace passedOn,
      String target,
      boolean writable,
      long tmpfsBytes) {
    public static Mount of(Path source, String target, boolean writable) {
      return new Mount(source, null, target, writable, 0);
    }

    public static Mount of(HostPlace passedOn, String target, boolean writable) {
      return new Mount(null, passedOn, target, writable, 0);
    }

    public static Mount tmpfs(String target, long bytes) {
      return new Mount(null, null, target, true, bytes);
    }
  }
}
