// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shell lines against block lists and allow lists, as a shell would read them. */
final class CommandRulesTest {
  private static final CommandRules STANDARD = PermissionLevel.STANDARD.permissions().commands();
  private static final CommandRules GIT = CommandRules.of(List.of("git", "ls", "echo"), List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sudo x",
        "  sudo x",
        "\tsudo x",
        "true; sudo x",
        "true;sudo x",
        "true && sudo x",
        "true&&sudo x",
        "true || sudo x",
        "true | sudo x",
        "true & sudo x",
        "true\nsudo x",
        "(sudo x)",
        "{ sudo x; }",
        "$(sudo x)",
        "echo $(sudo x)",
        "echo a$(sudo x)b",
        "echo \"$(sudo x)\"",
        "echo $(echo $(sudo x))",
        "echo $(echo \")\"; sudo x)",
        "echo $(echo ')'; sudo x)",
        "echo `sudo x`",
        "echo \"`sudo x`\"",
        "cat <(sudo x)",
        "cat > >(sudo x)",
        "s\"ud\"o x",
        "'sudo' x",
        "s''udo x",
        "\\sudo x",
        "su\\\ndo x",
        "/usr/bin/sudo x",
        "../../usr/bin/sudo x",
        "A=1 sudo x",
        "A=1 B='2 3' sudo x",
        ">out sudo x",
        "> out sudo x",
        "2>/dev/null sudo x",
        "<in sudo x",
        "2>&1 sudo x",
        "env sudo x",
        "env A=1 sudo x",
        "env -i sudo x",
        "env -u HOME sudo x",
        "nohup sudo x",
        "nice sudo x",
        "nice -n 5 sudo x",
        "timeout 5 sudo x",
        "timeout -s KILL 5s sudo x",
        "timeout -k 1 5 sudo x",
        "setsid sudo x",
        "stdbuf -o L sudo x",
        "time sudo x",
        "time -p sudo x",
        "exec sudo x",
        "exec -a name sudo x",
        "command sudo x",
        "builtin sudo x",
        "! sudo x",
        "ls | xargs sudo",
        "ls | xargs -0 -n 1 -I {} sudo {}",
        "sh -c 'sudo x'",
        "sh -ec 'sudo x'",
        "sh -e -c 'sudo x'",
        "bash -c \"sudo x\"",
        "bash -o pipefail -c 'sudo x'",
        "/bin/sh -c 'sh -c \"sudo x\"'",
        "env sh -c 'true; sudo x'",
        "busybox sh -c 'sudo x'",
        "eval sudo x",
        "eval 'sudo x'",
        "if true; then sudo x; fi",
        "if sudo x; then :; fi",
        "if false; then :; elif sudo x; then :; fi",
        "if false; then :; else sudo x; fi",
        "while sudo x; do :; done",
        "until sudo x; do :; done",
        "for i in 1; do sudo x; done",
        "case x in x) sudo x;; esac",
        "f() { sudo x; }; f",
        "find . -exec sudo {} ;",
        "find . -name a -execdir env sudo {} +",
        "find . -exec echo {} \\; -exec sudo {} \\;",
        "echo x # a comment\nsudo x",
        "rm -rf /",
        "rm -fr /",
        "rm -rfv /",
        "rm -r -f /",
        "/bin/rm -rf /",
        "r\"\"m -rf /",
        "rm -rf \"/\"",
        "rm -rf /*",
        "rm -rf ~",
        "mkfs.ext4 disk",
        "chroot x",
        "unshare -r sh",
        "reboot",
      })
  void refusesABlockedCommand_howeverItIsWritten(String line) {
    assertThat(STANDARD.whyNot(line)).contains("blocked command");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "ls -la",
        "echo sudo",
        "echo 'sudo x'",
        "echo \"a; sudo b\"",
        "echo a \\; sudo",
        "grep sudo file",
        "git commit -m 'sudo; rm -rf /'",
        "rm -rf build",
        "rm -rf ./build /tmp/x",
        "rm -f /tmp/x",
        "# sudo x",
        "echo a#b sudo",
        "ls > sudo",
        "ls 2>&1",
        "ls >&2",
        "sudoku",
        "cat at",
        "make init",
        "echo $HOME",
        "echo ${A:-sudo}",
        "printf '%s\\n' \"$(date)\"",
        "for f in *.txt; do wc -l \"$f\"; done",
      })
  void letsThroughWhatOnlyMentionsOne(String line) {
    assertThat(STANDARD.whyNot(line)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "git status",
        "/usr/bin/git status",
        "GIT_DIR=x git status",
        "git status; ls",
        "git log | ls",
        "git status 2>&1",
        "git status >&2",
        "git status 2>&1 | ls",
        "ls >/dev/null",
        "ls > out 2>/dev/null < in",
        "echo $HOME \"${A}\"",
        "echo $(ls)",
        "echo `git status`",
        "git commit -m 'cat; rm'",
        "ls & ls",
        "(git status)",
      })
  void letsThroughWhatIsAllowed(String line) {
    assertThat(GIT.whyNot(line)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat x",
        "gitk",
        "legit",
        "git; cat x",
        "git && cat x",
        "git || cat x",
        "git | cat",
        "git & cat x",
        "git\ncat x",
        "(cat x)",
        "$(cat x)",
        "git $(cat x)",
        "git \"$(cat x)\"",
        "git `cat x`",
        "ls <(cat x)",
        "$CMD",
        "${CMD} x",
        "git; $CMD",
        "$(echo /tmp)/git",
        "$HOME/git",
        "c$(echo a)t x",
        "c$()at x",
        "cat${IFS}/etc/passwd",
        "'cat' x",
        "c''at x",
        "\\cat x",
        "eval git",
        "sh -c git",
        "env git",
        "A=1 cat x",
        ">out cat x",
        "2>&1 cat x",
        "echo $(echo \")\"; cat x)",
        "echo \"$(echo ')'; cat x)\"",
        "echo `echo \\`cat x\\``",
        "echo ' ' $(cat x)",
        "if ls; then cat x; fi",
        "ls; . ./script",
      })
  void refusesWhatIsNotAllowed(String line) {
    assertThat(GIT.whyNot(line)).isNotNull();
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
        Duration.ofSeconds(2),
        () -> {
          STANDARD.whyNot(line);
          GIT.whyNot(line);
        });
  }
}
