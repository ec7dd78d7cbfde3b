// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathPatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/workspace/**|/workspace",
        "/workspace/**|/workspace/a/b",
        "/workspace|/workspace",
        "/workspace|/workspace/a/b",
        "/workspace/|/workspace",
        "/workspace/|/workspace/a",
        "/|/etc/passwd",
        "/**|/",
        "/**|/x/y",
        "/a/*|/a/b",
        "/a/*.txt|/a/b.txt",
        "/a/?|/a/b",
        "/a/?|/a/😀",
        "/a/😀|/a/😀/b",
        "/a/*é*|/a/caféx",
        "/a/*/c|/a/b/c",
        "/a/**/d|/a/d",
        "/a/**/d|/a/b/c/d",
        "/a**z|/ab/c/z",
        "**/.env|/.env",
        "**/.env|/home/someone/project/.env",
        "**/.env|/workspace/.env/inside",
        "**/.env.*|/workspace/.env.local",
        "**/.ssh/**|/home/someone/.ssh",
        "**/.ssh/**|/home/someone/.ssh/id",
        "**/id_rsa*|/keys/id_rsa.pub",
        "/etc/shadow*|/etc/shadow-",
        "/a.b|/a.b",
        "/[ab]|/[ab]",
        "/a+(b){1}$^|/a+(b){1}$^",
        "/a\\b|/a\\b",
      })
  void covers(String pattern, String path) {
    assertThat(PathPattern.of(pattern).matches(path)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/workspace/**|/workspaces",
        "/workspace/**|/work",
        "/workspace|/workspaces",
        "/workspace/|/workspaces/a",
        "/a/*.txt|/a/b/c.txt",
        "/a/*|/a",
        "/a/?|/a/bb",
        "/a/?|/a",
        "/a/*/c|/a/b/x/c",
        "/a/**/d|/a/bd",
        "**/.env|/home/.environment",
        "**/.env|/home/x.env",
        "**/.ssh/**|/home/x.ssh/y",
        "/etc/shadow*|/etc/x/shadow",
        "/a.b|/axb",
        "/[ab]|/a",
        "/A|/a",
        "/a|/b/a",
      })
  void doesNotCover(String pattern, String path) {
    assertThat(PathPattern.of(pattern).matches(path)).isFalse();
  }

  @Test
  void coversNamesWithLineBreaks() {
    assertThat(PathPattern.of("/a/*").matches("/a/b\nc")).isTrue();
    assertThat(PathPattern.of("/a/**/d").matches("/a/b\nc/d")).isTrue();
    assertThat(PathPattern.of("**/.env").matches("/a\n/.env")).isTrue();
  }

  @Test
  void takesTheKernelUsersHomeForATilde() {
    String home = System.getProperty("user.home");
    assertThat(PathPattern.of("~").matches(home + "/x")).isTrue();
    assertThat(PathPattern.of("~/.ssh").matches(home + "/.ssh/id")).isTrue();
    assertThat(PathPattern.of("/a/~").matches("/a/~")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "relative", "*.env", "./x", "../x", "~someone/x", ".env", "a/**"})
  void refusesWhatNamesNoPlace(String pattern) {
    assertThatThrownBy(() -> PathPattern.of(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("start with");
  }

  @Test
  void refusesNulAndOverlongPatterns() {
    assertThatThrownBy(() -> PathPattern.of("/a\0b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PathPattern.of("/" + "a".repeat(10_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Judged paths are normalised, so a pattern that is not would block nothing. */
  @ParameterizedTest
  @CsvSource({"/a/../etc,/etc", "/a//b,/a/b", "/a/./b,/a/b", "//etc,/etc", "/etc/.,/etc"})
  void neverTakesAPatternThatCanCoverNothing(String pattern, String meant) {
    try {
      assertThat(PathPattern.of(pattern).matches(meant)).isTrue();
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageContaining(pattern);
    }
  }

  /** A glob that an agent may set for itself must not cost the kernel a worker thread for ever. */
  @ParameterizedTest
  @ValueSource(strings = {"/**a**a**a**a**a**a**a**a**a**ab", "/*a*a*a*a*a*a*a*a*a*a*a*ab"})
  void judgesInGoodTime_whenAGlobBacktracks(String pattern) {
    PathPattern glob = PathPattern.of(pattern);
    String path = "/" + "a".repeat(2000);
    assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertThat(glob.matches(path)).isFalse());
  }

  @Property(tries = 3000)
  void agreesWithAMatcherThatTriesEverything(
      @ForAll("patterns") List<String> pattern, @ForAll("paths") List<String> path) {
    boolean covered = PathPattern.of("/" + String.join("/", pattern)).matches("/" + join(path));
    assertThat(covered).isEqualTo(reference(pattern, path));
  }

  private static String join(List<String> path) {
    return String.join("/", path);
  }

  @Provide
  Arbitrary<List<String>> patterns() {
    Arbitrary<String> segment =
        Arbitraries.strings().withChars('a', 'b', '*', '?').ofMinLength(1).ofMaxLength(4);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, segment.filter(s -> !s.contains("**"))),
            net.jqwik.api.Tuple.of(1, Arbitraries.just("**")))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<String>> paths() {
    return Arbitraries.strings()
        .withChars('a', 'b')
        .ofMinLength(1)
        .ofMaxLength(4)
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  /** What is left of the path when the pattern is used up lies in what the pattern names. */
  private static boolean reference(List<String> pattern, List<String> path) {
    if (pattern.isEmpty()) {
      return true;
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.get(0).equals("**")) {
      for (int i = 0; i <= path.size(); i++) {
        if (reference(rest, path.subList(i, path.size()))) {
          return true;
        }
      }
      return false;
    }
    return !path.isEmpty()
        && segment(pattern.get(0), path.get(0))
        && reference(rest, path.subList(1, path.size()));
  }

  private static boolean segment(String glob, String name) {
    if (glob.isEmpty() || name.isEmpty()) {
      return name.isEmpty() && glob.chars().allMatch(c -> c == '*');
    }
    if (glob.charAt(0) == '*') {
      return segment(glob.substring(1), name) || segment(glob, name.substring(1));
    }
    return (glob.charAt(0) == '?' || glob.charAt(0) == name.charAt(0))
        && segment(glob.substring(1), name.substring(1));
  }
}
