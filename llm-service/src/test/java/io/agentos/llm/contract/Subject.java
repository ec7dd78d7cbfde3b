// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentos.llm.provider.Provider;
import io.agentos.llm.serve.Kinds;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A provider under test, set up from a table of the configuration as an operator writes it. */
final class Subject {
  static final String KEY = "sk-test-0123456789_abcdefghijklmnopq";
  static final String NAME = "acme";
  static final String MODEL = "m-1";

  private final Dialect dialect;

  Subject(Dialect dialect) {
    this.dialect = dialect;
  }

  Provider provider(String url) throws IOException, SettingsException {
    Path config = Files.createTempFile("agentos", ".toml");
    try {
      Files.writeString(
          config,
          """
          [llm]
          provider = "acme"

          [llm.providers.acme]
          kind = "%s"
          base_url = "%s"
          api_key_env = "ACME_KEY"
          model = "m-1"
          """
              .formatted(dialect.kind(), url));
      Settings settings =
          Settings.load(
              new Settings.Sources(
                  Optional.of(config),
                  Optional.empty(),
                  Path.of("target"),
                  Map.of("ACME_KEY", KEY)),
              Kinds.all());
      return dialect.provider(settings.preset(), settings.redactor());
    } finally {
      Files.delete(config);
    }
  }

  Answer ask(FakeServer server, FakeCall call) throws Exception {
    return provider(server.url()).generate(Requests.prompt("hi"), call);
  }

  /** The answer to a short question, from a server that answers in its own way. */
  Answer ask(FakeServer.Behaviour behaviour, FakeCall call) throws Exception {
    try (FakeServer server = new FakeServer(behaviour)) {
      return ask(server, call);
    }
  }

  Failure fail(FakeServer server, FakeCall call) throws Exception {
    Provider provider = provider(server.url());
    FailureException failed =
        catchThrowableOfType(
            FailureException.class, () -> provider.generate(Requests.prompt("hi"), call));
    if (failed == null) {
      throw new AssertionError("there was an answer");
    }
    return failed.failure();
  }

  Failure fail(FakeServer.Behaviour behaviour, FakeCall call) throws Exception {
    try (FakeServer server = new FakeServer(behaviour)) {
      Failure failure = fail(server, call);
      if (server.received().size() != 1) {
        throw new AssertionError("the service never retries: " + server.received());
      }
      return failure;
    }
  }

  /** Answers with events, which go out one by one. */
  static FakeServer.Behaviour streaming(List<String> events) {
    return exchange -> send(FakeServer.stream(exchange), events);
  }

  static void send(OutputStream stream, List<String> events) throws IOException {
    for (String event : events) {
      stream.write(event.getBytes(UTF_8));
      stream.flush();
    }
  }
}
