// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathRulesTest {
  private static final PathRules RULES =
      PathRules.of(List.of("/data/**", "/shared"), List.of("/data/out"), List.of("**/.env"));

  @Test
  void letsReadAndWriteWhatIsListed_andNothingElse() {
    assertThat(RULES.whyNotRead("/data/x")).isNull();
    assertThat(RULES.whyNotRead("/shared/x/y")).isNull();
    assertThat(RULES.whyNotWrite("/data/out/x")).isNull();
    assertThat(RULES.whyNotRead("/etc/passwd")).isNotNull();
    assertThat(RULES.whyNotWrite("/data/x")).isNotNull();
    assertThat(RULES.whyNotWrite("/shared/x")).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("io.agentos.kernel.testing.HostileInputs#paths")
  void judgesWhatAPathLeadsTo(String rules, String read, String write, String path, String real) {
    if (real.equals("-")) {
      return; // something else than a rule decides
    }
    PathRules sandboxed = PermissionLevel.SANDBOXED.permissions().paths();
    List<String> all = List.of("/**");
    PathRules judging = rules.equals("any") ? sandboxed.replacedBy(all, all, null) : sandboxed;
    assertThat(judging.whyNotRead(real) != null).isEqualTo(read.equals("denied"));
    assertThat(judging.whyNotWrite(real) != null).isEqualTo(write.equals("denied"));
  }

  @Test
  void saysWhichPatternsWereAsked() {
    assertThat(RULES.whyNotWrite("/etc/hosts"))
        .contains("write to /etc/hosts", "write paths", "/data/out");
    assertThat(RULES.whyNotRead("/data/.env")).contains("read of /data/.env", "**/.env");
  }

  @Test
  void blockedPatternsRefuse_whateverTheListsSay() {
    assertThat(RULES.whyNotRead("/data/deep/.env")).isNotNull();
    assertThat(RULES.whyNotWrite("/data/out/.env")).isNotNull();
  }

  /** A pattern that goes by names says the same anywhere; one that goes by places does not. */
  @ParameterizedTest
  @CsvSource({
    "/a/secret/**, /a, true",
    "/a/secret/**, /, true",
    "/a/*.key, /a, true",
    "/a/*/b, /a/c, true",
    "/a/secret/**, /a/open, false",
    "/a/secret/**, /ab, false",
    "/b/**, /a, false",
    "**/x/y, /a/x, true",
    "**/x/y, /a/b, false",
    "**/.env, /a, false",
    "/**/.env, /a, false",
    "**.env, /a.en, false",
    "**, /a, false",
  })
  void knowsWhichBlockedPlacesAFolderHolds(String pattern, String folder, boolean holds) {
    PathRules rules = PathRules.of(List.of("/**"), List.of(), List.of(pattern));
    assertThat(rules.whyNotMoved(folder) != null).isEqualTo(holds);
    if (holds) {
      assertThat(rules.whyNotMoved(folder)).contains(folder, pattern);
    }
  }

  @Test
  void knowsWhetherNamesInAFolderCanBeBlocked() {
    assertThat(RULES.hasBlockedNames("/anywhere")).isTrue();
    assertThat(RULES.whyBlocked("/anywhere/.env")).contains("/anywhere/.env", "**/.env");
    assertThat(RULES.whyBlocked("/anywhere")).isNull();
    PathRules places = PathRules.of(List.of("/**"), List.of(), List.of("/b/**"));
    assertThat(places.hasBlockedNames("/a")).isFalse();
    assertThat(places.hasBlockedNames("/b")).as("that is refused as a whole").isFalse();
  }

  @Test
  void emptyListsLetNothingThrough() {
    PathRules none = PathRules.of(List.of(), List.of(), List.of());
    assertThat(none.whyNotRead("/")).isNotNull();
    assertThat(none.whyNotWrite("/tmp/x")).isNotNull();
  }

  @Test
  void bothMustAllow_whenTwoAreJoined() {
    PathRules both =
        RULES.and(PathRules.of(List.of("/data/in"), List.of("/data"), List.of("/data/in/x")));
    assertThat(both.whyNotRead("/data/in/a")).isNull();
    assertThat(both.whyNotRead("/data/b")).isNotNull();
    assertThat(both.whyNotRead("/shared")).isNotNull();
    assertThat(both.whyNotRead("/data/in/x")).isNotNull();
    assertThat(both.whyNotRead("/data/in/.env")).isNotNull();
    assertThat(both.whyNotWrite("/data/out/a")).isNull();
    assertThat(both.whyNotWrite("/data/a")).isNotNull();
  }

  @Test
  void refusesToBeNarrowedWithoutEnd() {
    assertThatThrownBy(
            () -> {
              PathRules rules = RULES;
              for (int i = 0; i < 100; i++) {
                rules = rules.and(PathRules.of(List.of("/data/" + i), List.of("/x"), List.of()));
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("narrowed");
  }

  /** The levels of the table, on paths as they really are: absolute. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/workspace/.env",
        "/home/someone/project/.env",
        "/home/someone/project/.env.local",
        "/home/someone/.ssh/id_ed25519",
        "/home/someone/.aws/credentials",
        "/home/someone/.netrc",
        "/home/someone/.config/gcloud/x.json",
        "/workspace/id_rsa",
        "/etc/shadow",
        "/etc/shadow-",
        "/etc/sudoers.d/x",
        "/proc/1/environ",
        "/sys/kernel/x",
        "/root/x",
        "/run/agentos/agentos.sock",
        "/var/run/docker.sock",
        "/dev/sda",
      })
  void everyLevelButUnrestrictedBlocksSecrets(String path) {
    for (PermissionLevel level : PermissionLevel.values()) {
      PathRules rules = level.permissions().paths();
      if (level == PermissionLevel.UNRESTRICTED) {
        assertThat(rules.whyNotRead(path)).isNull();
      } else {
        assertThat(rules.whyNotRead(path)).as(level.wireName()).isNotNull();
        assertThat(rules.whyNotWrite(path)).as(level.wireName()).isNotNull();
      }
    }
  }
}
