// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code agentos audit} against a real kernel, and against one whose log was tampered with. */
final class AuditCommandIT {
  private KernelProcess kernel;
  private Operator operator;

  @BeforeEach
  void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
  }

  @AfterEach
  void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  @Test
  void showsWhatWasDecided() throws IOException {
    fill();
    Cli.Result shown = audit("-n", "2");
    assertThat(shown.out()).contains("DECISION", "allowed", "/x3", "/x4").doesNotContain("/x2");
  }

  @Test
  void printsNothingThatATerminalObeys() throws IOException {
    operator.call(Opcode.WRITE, Map.of("path", "/nowhere/\u001b[2Jx\u202e", "content", ""));
    assertThat(audit().out()).contains("/nowhere/?[2Jx?").doesNotContain("\u001b", "\u202e");
  }

  @Test
  void verifiesAChainThatIsWhole() throws IOException, SQLException {
    fill();
    Cli.Result result = audit("verify");
    assertThat(result.code()).as(result.toString()).isZero();
    assertThat(result.out()).startsWith("whole: entries 1 to 5");
  }

  private void fill() throws IOException {
    for (int i = 0; i < 5; i++) {
      operator.call(Opcode.WRITE, Map.of("path", kernel.folder() + "/x" + i, "content", "x"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE entries SET subject = 'harmless' WHERE id = 3 | entry 3 was changed",
        "UPDATE entries SET decision = 'denied' WHERE id = 1 | entry 1 was changed",
        "DELETE FROM entries WHERE id = 3 | entry 3 is missing",
        "UPDATE entries SET hash = previous WHERE id = 2 | entry 2 was changed",
        "UPDATE entries SET previous = hash WHERE id = 4 | entry 4 does not follow entry 3",
        "UPDATE entries SET id = id + 10 WHERE id > 3 | entry 4 is missing",
      })
  void showsWhatWasChangedBehindItsBack(String sql, String fault) throws IOException, SQLException {
    fill();
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:sqlite:" + kernel.folder().resolve("state/audit.db"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
    Cli.Result result = audit("verify");
    assertThat(result.code()).as(result.toString()).isEqualTo(1);
    assertThat(result.out()).contains("NOT WHOLE: " + fault);
  }

  @Test
  void verifiesWhatWasKeptElsewhere() throws IOException, SQLException {
    fill();
    Path kept = kernel.folder().resolve("kept.jsonl");
    String lines = audit("--all", "--json").out();
    Files.writeString(kept, lines);
    assertThat(audit("verify", kept.toString()).code()).isZero();
    Files.writeString(kept, lines.replace("/x2", "/y2"));
    assertThat(audit("verify", kept.toString()).out()).contains("entry 3 was changed");
  }

  private Cli.Result audit(String... words) {
    return Cli.on(kernel.socket(), "audit", words);
  }
}
