// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A permissions object as a client writes it: a level to start from and fields that narrow it;
 * absent means "as the level".
 */
public record PermissionSpec(
    @Nullable PermissionLevel level,
    @Nullable Boolean canExec,
    @Nullable Boolean canRead,
    @Nullable Boolean canWrite,
    @Nullable Boolean canThink,
    @Nullable Boolean canSpawn,
    @Nullable Boolean canHttp,
    @Nullable Filesystem filesystem,
    @Nullable List<String> exec,
    @Nullable List<String> blockedCommands,
    @Nullable List<String> network,
    @Nullable Llm llm,
    @Nullable Long maxExecTimeMs,
    @Nullable List<String> secrets) {

  public static final PermissionSpec EMPTY =
      new PermissionSpec(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null);

  /** Path patterns. */
  public record Filesystem(
      @Nullable List<String> read, @Nullable List<String> write, @Nullable List<String> blocked) {}

  /**
   * Quotas, and what is used of them (which GET_PERMS reports, so SET_PERMS accepts and ignores
   * it).
   */
  public record Llm(
      @Nullable Long maxTokens,
      @Nullable Long maxCalls,
      @Nullable Double maxCost,
      @JsonProperty("tokens_used") @Nullable Long tokensUsed,
      @JsonProperty("calls_made") @Nullable Long callsMade,
      @JsonProperty("cost") @Nullable Double cost) {}

  /** The same fields starting from another level. */
  public PermissionSpec at(PermissionLevel other) {
    return new PermissionSpec(
        other,
        canExec,
        canRead,
        canWrite,
        canThink,
        canSpawn,
        canHttp,
        filesystem,
        exec,
        blockedCommands,
        network,
        llm,
        maxExecTimeMs,
        secrets);
  }
}
