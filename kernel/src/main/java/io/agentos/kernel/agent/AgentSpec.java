// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.sandbox.ResourceLimits;
import java.nio.file.Path;
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
    ResourceLimits limits,
    RestartPolicy restart) {

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
        limits.cappedBy(parent),
        restart);
  }

  /** One more host folder or file in the sandbox. */
  public record Mount(Path source, String target, boolean writable) {}
}
