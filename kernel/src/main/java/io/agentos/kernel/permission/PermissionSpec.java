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

  /**
   * For finding out what a program needs: what is not stated is allowed, within level sandboxed and
   * its lists of what is blocked.
   *
   * @throws IllegalArgumentException when a level is stated
   */
  public PermissionSpec learning() {
    if (level != null) {
      throw new IllegalArgumentException(
          "learn starts from level sandboxed; leave level out, and state what is to be narrower");
    }
    List<String> everywhere = List.of("/**");
    return new PermissionSpec(
        PermissionLevel.SANDBOXED,
        canExec == null || canExec,
        canRead == null || canRead,
        canWrite == null || canWrite,
        canThink == null || canThink,
        canSpawn == null || canSpawn,
        canHttp == null || canHttp,
        new Filesystem(
            filesystem == null || filesystem.read() == null ? everywhere : filesystem.read(),
            filesystem == null || filesystem.write() == null ? everywhere : filesystem.write(),
            filesystem == null ? null : filesystem.blocked()),
        exec,
        blockedCommands,
        network == null ? List.of("*") : network,
        llm,
        maxExecTimeMs,
        secrets);
  }

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
