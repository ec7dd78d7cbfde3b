// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class HostileScenarioTest {
  private static final Path SCRIPTS = Path.of("../examples/demo");
  private static final Pattern ATTEMPT = Pattern.compile("(?m)^ +Attempt\\(\"([^\"]+)\"");

  @Test
  void expectsEveryAttemptThatTheScriptsMakeAndNoOther() throws IOException {
    List<String> made =
        Stream.of("hostile_host.py", "hostile_calls.py", "hostile_kernel.py")
            .flatMap(HostileScenarioTest::attempts)
            .toList();

    assertThat(HostileScenario.EXPECTED).containsExactlyElementsOf(made);
  }

  private static Stream<String> attempts(String file) {
    try {
      return ATTEMPT
          .matcher(Files.readString(SCRIPTS.resolve(file)))
          .results()
          .map((MatchResult match) -> match.group(1));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
