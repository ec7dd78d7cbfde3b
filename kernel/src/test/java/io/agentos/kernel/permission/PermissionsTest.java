// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a set of permissions allows is made visible by probing it with everything there is. */
final class PermissionsTest {
  private static final List<String> PATHS =
      List.of(
          "/", "/workspace", "/workspace/a", "/workspace/.env", "/tmp/x", "/etc/passwd", "/a/b");
  private static final List<String> HOSTS =
      List.of("127.0.0.1", "localhost", "a.example", "x.a.example", "10.0.0.1", "169.254.169.254");
  private static final List<String> LINES =
      List.of("ls", "ls -l; cat x", "git status", "sudo ls", "rm -rf /", "eval ls", "env ls");
  private static final List<String> PATH_POOL =
      List.of("/**", "/workspace", "/workspace/**", "/tmp/*", "**/.env", "/a/**/b", "/etc/*");
  private static final List<String> HOST_POOL =
      List.of("*", "127.0.0.1", "*.a.example", "a.example", "localhost", "169.254.169.254");
  private static final List<String> COMMAND_POOL =
      List.of("ls", "git", "cat", "env", "rm -rf /", "e*");

  /** One step that is taken on the way from a start to less. */
  record Step(PermissionSpec spec, PermissionLevel level, boolean asChild) {
    Permissions apply(Permissions before) {
      return asChild ? before.and(Permissions.grant(spec, level)) : before.narrowedBy(spec);
    }
  }

  @Property(tries = 10_000)
  void noSequenceOfNarrowingsEverWidens(
      @ForAll("specs") PermissionSpec start,
      @ForAll PermissionLevel level,
      @ForAll("steps") List<Step> steps) {
    Permissions permissions = Permissions.grant(start, level);
    for (Step step : steps) {
      Permissions after;
      try {
        after = step.apply(permissions);
      } catch (IllegalArgumentException narrowedOftenEnough) {
        assertThat(narrowedOftenEnough).hasMessageContaining("narrowed");
        return;
      }
      assertThat(allowed(permissions)).containsAll(allowed(after));
      assertThat(after.llm().maxCalls()).isLessThanOrEqualTo(permissions.llm().maxCalls());
      assertThat(after.llm().maxTokens()).isLessThanOrEqualTo(permissions.llm().maxTokens());
      assertThat(after.maxExecTimeMs()).isLessThanOrEqualTo(permissions.maxExecTimeMs());
      assertThat(PermissionLevel.stricter(permissions.level(), after.level()))
          .isEqualTo(after.level());
      permissions = after;
    }
  }

  @Property(tries = 500)
  void aChildHasNoMoreThanWhatItAskedForEither(
      @ForAll("specs") PermissionSpec parent, @ForAll("specs") PermissionSpec asked) {
    Permissions wanted = Permissions.grant(asked, PermissionLevel.SANDBOXED);
    Permissions child = Permissions.grant(parent, PermissionLevel.STANDARD).and(wanted);
    assertThat(allowed(wanted)).containsAll(allowed(child));
    assertThat(child.llm().maxCalls()).isLessThanOrEqualTo(wanted.llm().maxCalls());
  }

  /** Everything of the pools that these permissions let through, by name. */
  private static Set<String> allowed(Permissions p) {
    Set<String> all = new TreeSet<>();
    addIf(all, p.canExec(), "exec");
    addIf(all, p.canRead(), "read");
    addIf(all, p.canWrite(), "write");
    addIf(all, p.canThink(), "think");
    addIf(all, p.canSpawn(), "spawn");
    addIf(all, p.canHttp(), "http");
    for (String path : PATHS) {
      addIf(all, p.paths().whyNotRead(path) == null, "read " + path);
      addIf(all, p.paths().whyNotWrite(path) == null, "write " + path);
    }
    for (String host : HOSTS) {
      addIf(all, p.domains().allows(host, 443), "reach " + host);
      addIf(
          all,
          p.domains().allows(host, 443) && p.domains().names(host, 443),
          "reach private " + host);
    }
    for (String line : LINES) {
      addIf(all, p.commands().whyNot(line) == null, "run " + line);
    }
    return all;
  }

  private static void addIf(Set<String> all, boolean condition, String name) {
    if (condition) {
      all.add(name);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            specs(), Arbitraries.of(PermissionLevel.class), Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<PermissionSpec> specs() {
    Arbitrary<@Nullable Boolean> flag = Arbitraries.of(true, false).injectNull(0.5);
    Arbitrary<@Nullable List<String>> paths = some(PATH_POOL);
    Arbitrary<PermissionSpec.@Nullable Filesystem> files =
        Combinators.combine(paths, paths, paths).as(PermissionSpec.Filesystem::new).injectNull(0.3);
    Arbitrary<@Nullable Long> amount = Arbitraries.longs().between(0, 100).injectNull(0.4);
    Arbitrary<PermissionSpec.@Nullable Llm> llm =
        Combinators.combine(amount, amount)
            .as((tokens, calls) -> new PermissionSpec.Llm(tokens, calls, null, null, null, null))
            .injectNull(0.4);
    Arbitrary<@Nullable Long> time = Arbitraries.longs().between(1, 100).injectNull(0.4);
    return Combinators.combine(
            Arbitraries.of(PermissionLevel.class).injectNull(0.5),
            flag.list().ofSize(6),
            files,
            some(COMMAND_POOL),
            some(COMMAND_POOL),
            some(HOST_POOL),
            llm,
            time)
        .as(
            (level, flags, filesystem, exec, blocked, network, quota, most) ->
                new PermissionSpec(
                    level,
                    flags.get(0),
                    flags.get(1),
                    flags.get(2),
                    flags.get(3),
                    flags.get(4),
                    flags.get(5),
                    filesystem,
                    exec,
                    blocked,
                    network,
                    quota,
                    most,
                    null));
  }

  private static Arbitrary<@Nullable List<String>> some(List<String> pool) {
    return Arbitraries.of(pool).list().uniqueElements().ofMaxSize(3).injectNull(0.4);
  }

  @ParameterizedTest
  @CsvSource({
    // level, read, write, exec, think, spawn, http
    "unrestricted,true,true,true,true,true,true",
    "standard,true,true,true,true,false,true",
    "sandboxed,true,true,true,true,false,true",
    "readonly,true,false,false,true,false,false",
    "minimal,false,false,false,true,false,false",
  })
  void levelsAreAsDocumented(
      String level,
      boolean read,
      boolean write,
      boolean exec,
      boolean think,
      boolean spawn,
      boolean http) {
    Permissions p = PermissionLevel.of(level).permissions();
    assertThat(p.flags()).isEqualTo(new Permissions.Flags(exec, read, write, think, spawn, http));
    assertThat(p.domains().allows("example.com", 443)).isEqualTo(level.equals("unrestricted"));
  }

  @Test
  void sandboxedReadsItsFolders_andWritesWorkspaceAndTmp() {
    PathRules paths = PermissionLevel.SANDBOXED.permissions().paths();
    assertThat(paths.whyNotRead("/workspace/x")).isNull();
    assertThat(paths.whyNotRead("/agent/main.py")).isNull();
    assertThat(paths.whyNotRead("/tmp/x")).isNull();
    assertThat(paths.whyNotRead("/usr/bin/ls")).isNotNull();
    assertThat(paths.whyNotWrite("/workspace/x")).isNull();
    assertThat(paths.whyNotWrite("/tmp/x")).isNull();
    assertThat(paths.whyNotWrite("/agent/main.py")).isNotNull();
  }

  @ParameterizedTest
  @EnumSource(PermissionLevel.class)
  void anAgentCanNeverAskForAWiderLevel(PermissionLevel own) {
    for (PermissionLevel asked : PermissionLevel.values()) {
      boolean wider = asked.compareTo(own) < 0;
      assertThat(own.permissions().exceeds(PermissionSpec.EMPTY.at(asked)).isPresent())
          .as("%s asks for %s", own, asked)
          .isEqualTo(wider);
    }
  }

  @Test
  void namesTheFieldThatAsksForMore() throws SyscallException {
    Permissions readonly = PermissionLevel.READONLY.permissions();
    assertThat(readonly.exceeds(spec("{'can_write':true}"))).contains("can_write");
    assertThat(readonly.exceeds(spec("{'can_exec':true}"))).contains("can_exec");
    assertThat(readonly.exceeds(spec("{'can_spawn':true}"))).contains("can_spawn");
    assertThat(readonly.exceeds(spec("{'can_http':true}"))).contains("can_http");
    assertThat(readonly.exceeds(spec("{'can_read':true,'can_exec':false}"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'max_exec_time_ms':0}|max_exec_time_ms",
        "{'max_exec_time_ms':-1}|max_exec_time_ms",
        "{'llm':{'max_calls':-1}}|max_calls",
        "{'llm':{'max_tokens':-1}}|max_tokens",
        "{'filesystem':{'read':['x']}}|x",
        "{'network':['http://x']}|network",
      })
  void refusesASpecThatMakesNoSense_namingTheField(String json, String named)
      throws SyscallException {
    PermissionSpec spec = spec(json);
    assertThatThrownBy(() -> Permissions.grant(spec, PermissionLevel.STANDARD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  private static PermissionSpec spec(String json) throws SyscallException {
    return Json.decode(
        Json.reader(PermissionSpec.class),
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
