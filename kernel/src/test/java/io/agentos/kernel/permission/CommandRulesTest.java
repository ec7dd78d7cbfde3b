// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shell lines against block lists and allow lists, as a shell would read them. */
final class CommandRulesTest {
  private static final CommandRules STANDARD = PermissionLevel.STANDARD.permissions().commands();
  private static final CommandRules GIT = CommandRules.of(List.of("git", "ls", "echo"), List.of());

  @ParameterizedTest
  @MethodSource("io.agentos.kernel.testing.HostileInputs#commands")
  void findsWhatWouldRun_howeverItIsWritten(String rules, String outcome, String line) {
    String reason = (rules.equals("git") ? GIT : STANDARD).whyNot(line);
    if (outcome.equals("runs")) {
      assertThat(reason).isNull();
    } else {
      assertThat(reason).contains(rules.equals("git") ? "allowed commands" : "blocked command");
    }
  }

  @Test
  void refusesWhatAWrapperRuns_whenOnlyTheWrapperIsAllowed() {
    CommandRules wrappers = CommandRules.of(List.of("env", "xargs", "timeout", "ls"), List.of());
    assertThat(wrappers.whyNot("env -i ls")).isNull();
    assertThat(wrappers.whyNot("env -i cat ls")).isNotNull();
    assertThat(wrappers.whyNot("timeout -k 1 5 cat x")).isNotNull();
    assertThat(wrappers.whyNot("ls | xargs -n 1 cat")).isNotNull();
  }

  /** What is too deep to be looked at is not let through, whichever list there is. */
  @Test
  void refusesWhatIsNestedTooDeeply() {
    String line = "env ".repeat(40) + "sudo x";
    assertThat(STANDARD.whyNot(line)).isNotNull();
    assertThat(GIT.whyNot(line)).isNotNull();
    assertThat(STANDARD.whyNot("$(".repeat(40) + "sudo x" + ")".repeat(40))).isNotNull();
  }

  @Test
  void looksThroughArgumentsThatNoShellReads() {
    assertThat(STANDARD.whyNotArguments(List.of("env", "sudo", "x"))).isNotNull();
    assertThat(STANDARD.whyNotArguments(List.of("sh", "-c", "true; sudo x"))).isNotNull();
    assertThat(STANDARD.whyNotArguments(List.of("/usr/bin/sudo", "x"))).isNotNull();
    assertThat(STANDARD.whyNotArguments(List.of("echo", "; sudo x"))).isNull();
    assertThat(GIT.whyNotArguments(List.of("git", "$(cat x)"))).isNull();
    assertThat(GIT.whyNotArguments(List.of("cat", "x"))).isNotNull();
  }

  @Test
  void namesTheCommandAndTheRule() {
    assertThat(STANDARD.whyNot("true; sudo reboot now"))
        .contains("\"sudo reboot now\"", "\"sudo\"");
    assertThat(GIT.whyNot("cat x")).contains("\"cat x\"", "[git, ls, echo]");
    assertThat(GIT.whyNot("cat " + "x".repeat(10_000))).hasSizeLessThan(300);
  }

  @Test
  void bothMustAllow_whenTwoAreJoined() {
    CommandRules both = GIT.and(CommandRules.of(List.of("ls", "cat"), List.of("ls -R")));
    assertThat(both.whyNot("ls")).isNull();
    assertThat(both.whyNot("git status")).isNotNull();
    assertThat(both.whyNot("cat x")).isNotNull();
    assertThat(both.whyNot("ls -R")).isNotNull();
  }

  /** Judging happens on the thread that serves everybody. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "find . -exec find -exec ",
        ";a",
        "$(",
        "`",
        "\"$(",
        "env ",
        "x=",
        "sh -c '",
        "a|",
        "<(",
        "'\"",
        "\\",
        "if ",
        "xargs -n 1 find . -exec sh -c "
      })
  void judgesInGoodTime_whateverIsRepeated(String piece) {
    String line = piece.repeat(100_000 / piece.length());
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          STANDARD.whyNot(line);
          GIT.whyNot(line);
        });
  }
}
