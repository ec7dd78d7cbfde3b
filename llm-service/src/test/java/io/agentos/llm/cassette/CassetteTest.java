// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.offline.OfflineScript;
import io.agentos.llm.provider.Backend;
import io.agentos.llm.serve.Kinds;
import io.agentos.llm.serve.Providers;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Request;
import io.agentos.llm.wire.RequestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cassettes with the real offline provider behind them. */
final class CassetteTest {
  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("c.jsonl");
  }

  private Providers providers() throws SettingsException {
    return new Providers(settings(), OfflineScript.EMPTY);
  }

  private Settings settings() throws SettingsException {
    return Settings.load(
        new Settings.Sources(Optional.empty(), Optional.empty(), directory, Map.of()), Kinds.all());
  }

  private Recorder recorder() throws SettingsException {
    return Recorder.open(providers(), file, settings().redactor());
  }

  private Player player() throws SettingsException {
    return Player.open(file, providers().choice());
  }

  private static Backend.Answered ask(Backend backend, ObjectNode request) throws Exception {
    return ask(backend, request, FakeCall.whole());
  }

  private static Backend.Answered ask(Backend backend, ObjectNode request, FakeCall call)
      throws Exception {
    byte[] line = request.toString().getBytes(UTF_8);
    return backend.accept((Request.Generate) RequestReader.read(line)).run(call);
  }

  private static String miss(Backend backend, ObjectNode request) {
    var failure =
        catchThrowableOfType(FailureException.class, () -> ask(backend, request)).failure();
    assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(failure.retryable()).isFalse();
    return failure.message();
  }

  /** Records some questions, and closes the cassette. */
  private void record(String... questions) throws Exception {
    try (Recorder recorder = recorder()) {
      for (String question : questions) {
        ask(recorder, Requests.generate(1, question));
      }
    }
  }

  @Nested
  final class Played {
    @Test
    void isWhatWasRecorded_whoeverAsksAndHoweverLongTheyWait() throws Exception {
      record("one", "two");

      ObjectNode other =
          Requests.generate(99, "two")
              .put("caller", "another")
              .put("timeout_ms", 1)
              .putNull("model");

      assertThat(ask(player(), other).answer().content()).endsWith("You said: two");
      assertThat(ask(player(), other).provider()).isEqualTo("offline");
    }

    @Test
    void isExact_sayingHowOftenARequestWasRecorded() throws Exception {
      record("one", "one");
      Player player = player();

      ask(player, Requests.generate(1, "one"));
      ask(player, Requests.generate(2, "one"));

      assertThat(miss(player, Requests.generate(3, "one")))
          .isEqualTo("the cassette has this request 2 times, but this is time 3 that it is asked");
    }

    @Test
    void showsTheNearestAndWhereItDiffersFirst() throws Exception {
      record("What is the capital of France?", "Add 2 and 2.", "x".repeat(5_000) + "left");

      assertThat(miss(player(), Requests.generate(1, "What is the capital of Italy?")))
          .isEqualTo(
              "this request is not on the cassette; nearest is line 1, \"What is the capital of"
                  + " France?\", which differs first in messages[0].content[0].text: recorded"
                  + " \"...t is the capital of France?\", asked \"...t is the capital of Italy?\"");
      assertThat(miss(player(), Requests.generate(1, "Add 2 and 2.").put("max_tokens", 5)))
          .endsWith(
              "line 2, \"Add 2 and 2.\", which differs first in max_tokens: recorded nothing, asked 5");
      assertThat(miss(player(), Requests.generate(1, "x".repeat(5_000) + "right")))
          .contains("nearest is line 3")
          .hasSizeLessThan(400);
    }

    @Test
    void isNothing_whenTheCassetteIsEmpty() throws Exception {
      record();

      assertThat(miss(player(), Requests.generate(1, "one"))).isEqualTo("the cassette is empty");
    }

    @Test
    void hasNoFailureThatOnlyTheCallersOwnEndMade() throws Exception {
      FakeCall ended = FakeCall.whole();
      ended.end();
      try (Recorder recorder = recorder()) {
        assertThatThrownBy(() -> ask(recorder, Requests.generate(1, "one"), ended))
            .isInstanceOf(FailureException.class);
        ask(recorder, Requests.generate(1, "one"));
      }

      assertThat(Files.readString(file).lines()).hasSize(1);
      assertThat(Files.readString(file)).contains("\"ordinal\":2");
    }
  }

  @Nested
  final class Opened {
    @Test
    void recordsOn_countingFromWhatIsThere_alsoWithoutALastNewline() throws Exception {
      record("one");
      Files.writeString(file, Files.readString(file).stripTrailing());

      record("one");

      assertThat(Files.readString(file).lines()).hasSize(2);
      Player player = player();
      ask(player, Requests.generate(1, "one"));
      ask(player, Requests.generate(2, "one"));
    }

    @Test
    void leavesOutATornLastLine_whereverItWasTorn() throws Exception {
      record("one");
      String first = Files.readString(file);
      record("two");
      String both = Files.readString(file);
      for (int length = first.length(); length < both.length() - 1; length++) {
        Files.writeString(file, both.substring(0, length));

        assertThat(miss(player(), Requests.generate(1, "two"))).contains("nearest is line 1");
        try (Recorder recorder = recorder()) {
          assertThat(recorder.choice().provider()).isEqualTo("offline");
        }
        assertThat(Files.readString(file)).isEqualTo(first);
      }
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "not json|is not JSON",
          "{\"hash\": \"x\"}|is no exchange: it must have either a result or an error",
          "{\"hash\": \"x\", \"error\": {}}|is no exchange: ordinal is missing",
          "[]|is no exchange: this must be an object, was a list",
          "{\"hash\": \"x\", \"ordinal\": 1, \"request\": {}, \"error\": {\"code\": \"NO\"}}"
              + "|is no exchange: error.code is unknown; known are CANCELLED, INTERNAL,"
              + " INVALID_REQUEST, NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED, TIMEOUT,"
              + " UNAVAILABLE, UNSUPPORTED",
        })
    void namesTheLineThatIsBroken(String line, String predicate) throws Exception {
      record("one");
      String good = Files.readString(file);
      Files.writeString(file, good + line + "\n" + good);

      assertThatThrownBy(CassetteTest.this::player)
          .isInstanceOf(SettingsException.class)
          .hasMessage(file + ": line 2 of the cassette " + predicate);
      assertThatThrownBy(CassetteTest.this::recorder)
          .hasMessageContaining("line 2 of the cassette");
    }

    @Test
    void namesALineThatIsThereTwice() throws Exception {
      record("one");
      Files.writeString(file, Files.readString(file).repeat(2));

      assertThatThrownBy(CassetteTest.this::player)
          .hasMessageEndingWith("line 2 of the cassette has the hash and the ordinal of line 1");
    }

    @Test
    void refusesWhatIsNoFile() throws IOException {
      Files.createDirectory(file);

      assertThatThrownBy(CassetteTest.this::player).hasMessageContaining("is a regular file");
      assertThatThrownBy(CassetteTest.this::recorder).hasMessageContaining("is a regular file");
    }

    @Test
    void takesAwayWhatOthersMayDoWithIt() throws Exception {
      Files.writeString(file, "");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

      record("one");

      assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    }
  }
}
