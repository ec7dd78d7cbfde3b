// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class CommandsTest {
  static Stream<String> names() {
    return Commands.NAMES.stream();
  }

  private static CommandLine among(String name) {
    return Objects.requireNonNull(Commands.all().getSubcommands().get(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void eachCommandIsDescribedAndHasHelp(String name) {
    CommandLine command = among(name);

    assertThat(command.getCommandSpec().name()).isEqualTo(name);
    assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
    assertThat(Cli.run(name, "--help").code()).isZero();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aCommandAloneHasTheSameHelpAsAmongAll(String name) {
    assertThat(Cli.run(name, "--help").out()).isEqualTo(among(name).getUsageMessage());
  }

  @Test
  void helpNamesEveryCommand() {
    assertThat(Cli.run("--help").out()).contains(Commands.NAMES);
  }

  @Test
  void versionIsPrinted() {
    assertThat(Cli.run("version").out()).isEqualTo("agentos 0.1.0\n");
    assertThat(Cli.run("version", "--json").out()).isEqualTo("{\"version\":\"0.1.0\"}\n");
    assertThat(Cli.run("--version").out()).isEqualTo("agentos 0.1.0\n");
  }

  @Nested
  final class Misused {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "nonsense",
          "ps --nonsense",
          "run",
          "run --cpu fast x.py",
          "logs",
          "kill",
          "perms",
          "perms a grant",
          "perms a set",
          "perms a set level",
          "perms a set can_exec=maybe",
          "perms a set llm.max_calls=-1",
          "perms a set colour=red",
          "completion powershell"
        })
    void isRefusedInOneSentenceThatNamesTheHelp(String words) {
      Cli.Result result = Cli.run(words.isEmpty() ? new String[0] : words.split(" "));

      assertThat(result.code()).isEqualTo(2);
      assertThat(result.out()).isEmpty();
      assertThat(result.err()).startsWith("agentos: ").contains("--help");
    }

    @Test
    void guessesWhatWasMeant() {
      assertThat(Cli.run("demon").err()).contains("agentos daemon");
    }
  }

  @Nested
  final class Completion {
    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void knowsEveryCommandAndOption(String shell) {
      Cli.Result result = Cli.run("completion", shell);

      assertThat(result.code()).isZero();
      assertThat(result.out()).contains(Commands.NAMES).contains("max-restarts", "timestamps");
      assertThat(result.out()).doesNotContain("remove-folder' -d");
    }
  }
}
