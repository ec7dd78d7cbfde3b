// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.NetworkMode;
import io.agentos.kernel.agent.RestartPolicy;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.syscall.LimitsRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of SPAWN.
 *
 * @param script a program's file on the host: run by {@code python} if that is given or its name
 *     ends in .py
 * @param command instead of a script: a program as the agent sees it, and its arguments
 * @param cwd as the agent sees it; default: its workspace, or the script's folder without a sandbox
 * @param workspace a folder on the host; default: a new one
 * @param restartWindow seconds
 * @param llmWeight of its share of the LLM among its siblings' shares; default 100
 */
public record SpawnRequest(
    @Nullable String name,
    @Nullable String script,
    @Nullable List<String> command,
    @Nullable List<String> args,
    @Nullable String python,
    @Nullable Map<String, String> env,
    @Nullable String cwd,
    @Nullable Boolean sandboxed,
    @Nullable NetworkMode network,
    @Nullable LimitsRequest limits,
    @Nullable PermissionSpec permissions,
    RestartPolicy.@Nullable When restartPolicy,
    @Nullable Integer maxRestarts,
    @Nullable Double restartWindow,
    @Nullable List<MountRequest> mounts,
    @Nullable String workspace,
    @Nullable List<String> allowSyscalls,
    @Nullable List<String> devices,
    @Nullable Integer llmWeight,
    @Nullable Boolean learn,
    @Nullable Boolean openai,
    @Nullable Boolean freezeWhileWaiting) {

  /**
   * One more host folder or file; {@code mode}: ro (default) or rw. Or tmpfs, which has a {@code
   * size} (such as "64M") instead of a source.
   */
  public record MountRequest(
      @Nullable String source,
      @Nullable String target,
      @Nullable String mode,
      @Nullable String size) {}

  NetworkMode networkMode() {
    return network == null ? NetworkMode.NONE : network;
  }

  boolean freezesWhileWaiting() {
    return Boolean.TRUE.equals(freezeWhileWaiting);
  }

  boolean hasOpenai() {
    return Boolean.TRUE.equals(openai);
  }

  boolean learns() {
    return Boolean.TRUE.equals(learn);
  }

  boolean isSandboxed() {
    return !Boolean.FALSE.equals(sandboxed);
  }
}
