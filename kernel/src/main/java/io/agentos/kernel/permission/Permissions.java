// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one caller may do; immutable. Narrowing is the only way from one to another: every rule set
 * is a conjunction, so no sequence of {@link #narrowedBy} and {@link #and} can allow what the start
 * refused.
 */
public record Permissions(
    String level,
    Flags flags,
    PathRules paths,
    CommandRules commands,
    DomainRules domains,
    LlmQuota llm,
    long maxExecTimeMs,
    SecretGrants secrets) {

  private static final long MOST_DOLLARS = 1_000_000_000;

  /** One switch per kind of call. */
  public record Flags(
      boolean exec, boolean read, boolean write, boolean think, boolean spawn, boolean http) {
    Flags and(Flags o) {
      return new Flags(
          exec && o.exec,
          read && o.read,
          write && o.write,
          think && o.think,
          spawn && o.spawn,
          http && o.http);
    }
  }

  public boolean canExec() {
    return flags.exec;
  }

  public boolean canRead() {
    return flags.read;
  }

  public boolean canWrite() {
    return flags.write;
  }

  public boolean canThink() {
    return flags.think;
  }

  public boolean canSpawn() {
    return flags.spawn;
  }

  public boolean canHttp() {
    return flags.http;
  }

  /**
   * The level of {@code spec} (or {@code fallback}) with the fields applied: {@code can_*} may also
   * switch on what the level has off, and a list of paths or domains replaces the level's. No level
   * has secrets: those are named one by one. For operators; what an agent asks for goes through
   * {@link #and} afterwards.
   *
   * @throws IllegalArgumentException naming the field that makes no sense
   */
  public static Permissions grant(PermissionSpec spec, PermissionLevel fallback) {
    Permissions base = (spec.level() == null ? fallback : spec.level()).permissions();
    Flags flags =
        new Flags(
            or(spec.canExec(), base.canExec()),
            or(spec.canRead(), base.canRead()),
            or(spec.canWrite(), base.canWrite()),
            or(spec.canThink(), base.canThink()),
            or(spec.canSpawn(), base.canSpawn()),
            or(spec.canHttp(), base.canHttp()));
    PermissionSpec.@Nullable Filesystem files = spec.filesystem();
    return new Permissions(
        base.level,
        flags,
        files == null
            ? base.paths
            : base.paths.replacedBy(files.read(), files.write(), files.blocked()),
        base.commands.narrowedBy(spec.exec(), spec.blockedCommands()),
        spec.network() == null ? base.domains : DomainRules.of(spec.network()),
        quota(spec.llm()),
        spec.maxExecTimeMs() == null
            ? Long.MAX_VALUE
            : positive("max_exec_time_ms", spec.maxExecTimeMs()),
        spec.secrets() == null ? SecretGrants.NONE : SecretGrants.of(spec.secrets()));
  }

  /**
   * No more than this allows and no more than {@code spec} asks for. Fields that ask for more are
   * simply of no effect; {@link #exceeds} tells of them.
   */
  public Permissions narrowedBy(PermissionSpec spec) {
    Permissions asked = grant(spec, PermissionLevel.UNRESTRICTED);
    return and(spec.secrets() == null ? asked.with(SecretGrants.ALL) : asked);
  }

  /** No more than both allow: a child of a parent. Named after the stricter level. */
  public Permissions and(Permissions other) {
    return new Permissions(
        PermissionLevel.stricter(level, other.level),
        flags.and(other.flags),
        paths.and(other.paths),
        commands.and(other.commands),
        domains.and(other.domains),
        llm.and(other.llm),
        Math.min(maxExecTimeMs, other.maxExecTimeMs),
        secrets.and(other.secrets));
  }

  private Permissions with(SecretGrants other) {
    return new Permissions(level, flags, paths, commands, domains, llm, maxExecTimeMs, other);
  }

  /** The first field of {@code spec} that asks for what this does not allow, if any. */
  public Optional<String> exceeds(PermissionSpec spec) {
    if (spec.level() != null
        && !PermissionLevel.stricter(level, spec.level().wireName())
            .equals(spec.level().wireName())) {
      return Optional.of("level");
    }
    return Stream.of(
            asked("can_exec", spec.canExec(), canExec()),
            asked("can_read", spec.canRead(), canRead()),
            asked("can_write", spec.canWrite(), canWrite()),
            asked("can_think", spec.canThink(), canThink()),
            asked("can_spawn", spec.canSpawn(), canSpawn()),
            asked("can_http", spec.canHttp(), canHttp()),
            secretsBeyond(spec))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<String> secretsBeyond(PermissionSpec spec) {
    String first = spec.secrets() == null ? "" : secrets.firstBeyond(spec.secrets());
    return first.isEmpty() ? Optional.empty() : Optional.of("secrets: " + first);
  }

  private static Optional<String> asked(String field, @Nullable Boolean asked, boolean held) {
    return Boolean.TRUE.equals(asked) && !held ? Optional.of(field) : Optional.empty();
  }

  private static LlmQuota quota(PermissionSpec.@Nullable Llm llm) {
    if (llm == null) {
      return LlmQuota.UNLIMITED;
    }
    return new LlmQuota(
        llm.maxTokens() == null ? Long.MAX_VALUE : notNegative("llm.max_tokens", llm.maxTokens()),
        llm.maxCalls() == null ? Long.MAX_VALUE : notNegative("llm.max_calls", llm.maxCalls()),
        llm.maxCost() == null ? Long.MAX_VALUE : nanodollars(llm.maxCost()));
  }

  private static long nanodollars(double dollars) {
    if (!(dollars >= 0 && dollars <= MOST_DOLLARS)) {
      throw new IllegalArgumentException(
          "llm.max_cost must be 0 to " + MOST_DOLLARS + " US dollars, was " + dollars);
    }
    return (long) (dollars * 1e9);
  }

  private static boolean or(@Nullable Boolean asked, boolean base) {
    return asked == null ? base : asked;
  }

  private static long positive(String field, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(field + " must be above 0, was " + value);
    }
    return value;
  }

  private static long notNegative(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(field + " must not be negative, was " + value);
    }
    return value;
  }
}
