// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.llm.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ScriptReaderTest {
  private static final String FIRST = "rules:\n  - match: ok\n    content: fine\n";

  private static OfflineScript read(Path directory, String name, String text)
      throws IOException, SettingsException {
    return ScriptReader.read(Files.writeString(directory.resolve(name), text));
  }

  @Test
  void readsYamlAndJsonAlike(@TempDir Path directory) throws Exception {
    String json = "{\"rules\": [{\"match\": \"ok\", \"content\": \"fine\"}]}";

    assertThat(find(read(directory, "s.yaml", FIRST), "a", 1, "ok")).isPresent();
    assertThat(find(read(directory, "s.json", json), "a", 1, "ok")).isPresent();
    assertThat(find(read(directory, "s.json", json), "a", 1, "no")).isEmpty();
  }

  static Stream<Arguments> wrongRules() {
    return Stream.of(
        Arguments.of("  - mach: x\n    content: y", "rule 2 (line 4).mach; did you mean 'match'?"),
        Arguments.of(
            "  - match: '('\n    content: y",
            "rule 2 (line 4).match is no regular expression: Unclosed group"),
        Arguments.of(
            "\n\n  - caller: '*'\n    content: y",
            "rule 2 (line 6).caller is no regular expression: Dangling meta character '*'"),
        Arguments.of(
            "  - call: 0\n    content: y",
            "rule 2 (line 4).call must be a whole number from 1 to 2147483647, was the number 0"),
        Arguments.of(
            "  - match: x",
            "rule 2 (line 4) does nothing: give it content, tool_calls or an error"),
        Arguments.of("  - content: 42", "rule 2 (line 4).content must be text, was the number 42"),
        Arguments.of(
            "  - content: y\n    delay_ms: -1",
            "rule 2 (line 4).delay_ms must be a whole number from 0 to 3600000, was the number -1"),
        Arguments.of(
            "  - content: y\n    error: {code: TIMEOUT, message: m}",
            "rule 2 (line 4) has an error and an answer; it can do only one"),
        Arguments.of(
            "  - error: {code: TIMEOT, message: m}",
            "rule 2 (line 4).error.code is unknown; did you mean 'TIMEOUT'?"),
        Arguments.of("  - error: {code: TIMEOUT}", "rule 2 (line 4).error.message is missing"),
        Arguments.of(
            "  - tool_calls: [{arguments: {}}]", "rule 2 (line 4).tool_calls[0].name is missing"),
        Arguments.of(
            "  - content: y\n    usage: {in: 5}",
            "rule 2 (line 4).usage.in; known are cached, input, output, thinking"),
        Arguments.of("  - 5", "rule 2 (line 4) must be an object, was the number 5"),
        Arguments.of(
            "default: {content: x, match: y}",
            "unknown field default.match; known are content, delay_ms, error, tool_calls, usage"),
        Arguments.of("rule: []", "unknown field rule; did you mean 'rules'?"),
        Arguments.of("  - content: 'open", "line 4: while scanning a quoted scalar"),
        Arguments.of("  - content: a\n    content: b", "line 5: Duplicate field 'content'"));
  }

  @ParameterizedTest
  @MethodSource("wrongRules")
  void namesTheRuleAndItsLine(String wrong, String sentence, @TempDir Path directory) {
    String script = FIRST + wrong;

    assertThatThrownBy(() -> read(directory, "s.yaml", script))
        .isInstanceOf(SettingsException.class)
        .message()
        .startsWith(directory.resolve("s.yaml") + ": ")
        .contains(sentence)
        .doesNotContain("\n");
  }

  static Stream<Arguments> wrongFiles() {
    return Stream.of(
        Arguments.of("", "must be an object"),
        Arguments.of("{}", "the script has neither rules nor a default"),
        Arguments.of("rules: 5", "rules must be a list, was the number 5"),
        Arguments.of("- x", "must be an object, was a list"));
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void refusesAFileThatIsNoScript(String script, String sentence, @TempDir Path directory) {
    assertThatThrownBy(() -> read(directory, "s.yaml", script))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void namesTheLineOfJson(@TempDir Path directory) {
    String script = "{\n \"rules\": [\n  {\"content\": \"a\"},\n  {\"mach\": \"b\"}\n ]\n}\n";

    assertThatThrownBy(() -> read(directory, "s.json", script))
        .hasMessageContaining("rule 2 (line 4).mach");
  }

  @Test
  void refusesAFileOfMoreThanAMegabyte(@TempDir Path directory) {
    assertThatThrownBy(() -> read(directory, "s.yaml", "#".repeat((1 << 20) + 1)))
        .hasMessageContaining("is larger than 1048576 bytes");
  }

  private static Optional<Action> find(OfflineScript script, String caller, int call, String user) {
    return script.find(new Rule.Subject(caller, call, user, Optional.empty(), Optional.empty()));
  }
}
