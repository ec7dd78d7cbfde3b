// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.llm.serve.Kinds;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
  private static final String FULL =
      """
      [kernel]
      anything = "is not ours"

      [llm]
      provider = "gemini"
      model = "gemini-general"

      [llm.gemini]
      api_key = "key-of-the-configuration"
      base_url = "https://proxy.example/gemini"
      model = "gemini-special"

      [llm.offline]
      script = "scripts/one.yaml"
      """;

  private static Settings load(Path directory, Map<String, String> environment, String toml)
      throws IOException, SettingsException {
    Path config = Files.writeString(directory.resolve("agentos.toml"), toml);
    return Settings.load(
        new Settings.Sources(Optional.of(config), Optional.empty(), directory, environment),
        Kinds.all());
  }

  private static String key(Settings settings) {
    return provider(settings, "gemini").key().map(ApiKey::value).orElse("none");
  }

  private static ProviderSettings provider(Settings settings, String name) {
    return settings.providers().stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void hasDefaultsForEverything(@TempDir Path directory) throws SettingsException {
    Settings settings =
        Settings.load(
            new Settings.Sources(Optional.empty(), Optional.empty(), directory, Map.of()),
            Kinds.all());

    assertThat(settings.preset().name()).isEqualTo("offline");
    assertThat(settings.script()).isEmpty();
    assertThat(settings.cassette()).isEmpty();
    assertThat(settings.providers())
        .extracting(ProviderSettings::name)
        .containsExactly("offline", "gemini", "openai", "anthropic");
    assertThat(provider(settings, "gemini").key()).isEmpty();
    assertThat(provider(settings, "gemini").model()).isEqualTo("gemini-2.5-flash");
    assertThat(provider(settings, "gemini").obstacle())
        .hasValueSatisfying(why -> assertThat(why).contains("set GEMINI_API_KEY"));
  }

  @Test
  void readsItsTableAndLeavesTheOthersAlone(@TempDir Path directory) throws Exception {
    Settings settings = load(directory, Map.of(), FULL);

    assertThat(settings.preset().name()).isEqualTo("gemini");
    assertThat(key(settings)).isEqualTo("key-of-the-configuration");
    assertThat(settings.preset().model()).isEqualTo("gemini-special");
    assertThat(settings.preset().baseUrl()).contains(URI.create("https://proxy.example/gemini"));
    assertThat(settings.script()).contains(directory.resolve("scripts/one.yaml"));
  }

  @Test
  void prefersTheEnvironment(@TempDir Path directory) throws Exception {
    Map<String, String> environment =
        Map.of(
            "GOOGLE_API_KEY", "key-of-google-variable",
            "AGENTOS_GEMINI_BASE_URL", "http://127.0.0.1:8080",
            "AGENTOS_LLM_SCRIPT", "two.yaml");

    Settings settings = load(directory, environment, FULL);

    assertThat(key(settings)).isEqualTo("key-of-google-variable");
    assertThat(settings.preset().baseUrl()).contains(URI.create("http://127.0.0.1:8080"));
    assertThat(settings.script()).contains(directory.resolve("two.yaml"));
    assertThat(settings.redactor().redact("key-of-the-configuration")).isEqualTo("[redacted]");
  }

  @Test
  void looksForKeysInTheEnvironmentThenInDotEnvThenInTheConfiguration(@TempDir Path directory)
      throws Exception {
    Files.writeString(
        directory.resolve(".env"),
        """
        # keys
        export GOOGLE_API_KEY="key-google-of-dot-env"   # the second name
        GEMINI_API_KEY='key-gemini-of-dot-env'
        OTHER=1
        not a variable
        """);

    assertThat(key(load(directory, Map.of("GEMINI_API_KEY", "key-of-the-variable"), FULL)))
        .isEqualTo("key-of-the-variable");
    assertThat(key(load(directory, Map.of("GEMINI_API_KEY", ""), FULL)))
        .isEqualTo("key-gemini-of-dot-env");
    Files.delete(directory.resolve(".env"));
    assertThat(key(load(directory, Map.of(), FULL))).isEqualTo("key-of-the-configuration");
  }

  static Stream<Arguments> wrongTables() {
    return Stream.of(
        Arguments.of("[llm]\nprovder = 'x'", "unknown field llm.provder; did you mean 'provider'?"),
        Arguments.of(
            "[llm]\napi_key = 'secret-secret-secret'",
            "unknown field llm.api_key; known are cassette, cassette_mode, gemini, model, offline,"
                + " provider, providers"),
        Arguments.of(
            "[llm.gemini]\napikey = 'secret-secret-secret'",
            "unknown field llm.gemini.apikey; did you mean 'api_key'?"),
        Arguments.of(
            "[llm.offline]\nscrpt = 'x'",
            "unknown field llm.offline.scrpt; did you mean 'script'?"),
        Arguments.of("[llm]\nprovider = 5", "llm.provider must be text, was the number 5"),
        Arguments.of("llm = 5\n", "llm must be an object, was the number 5"));
  }

  @ParameterizedTest
  @MethodSource("wrongTables")
  void refusesWhatItDoesNotKnow(String toml, String sentence, @TempDir Path directory) {
    assertThatThrownBy(() -> load(directory, Map.of(), toml))
        .isInstanceOf(SettingsException.class)
        .hasMessageEndingWith("agentos.toml: " + sentence)
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[llm.gemini]\napi_key = AIzaSyForgotTheQuotes01234\n",
        "[llm.gemini]\napi_key = \"AIzaSyForgotTheEnd0123456\n",
        "[llm.gemini]\nAIzaSyWrongLine0123456789\n",
        "[llm.gemini]\napi_key = \"AIzaSyTwice012345678\"\napi_key = \"AIzaSyTwice012345678\"\n",
      })
  void namesTheLineThatIsNotTomlButDoesNotQuoteIt(String toml, @TempDir Path directory) {
    assertThatThrownBy(() -> load(directory, Map.of(), toml))
        .isInstanceOf(SettingsException.class)
        .hasMessageMatching(".*agentos.toml: line [234]: this is not TOML")
        .hasMessageNotContaining("AIza");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com",
        "ftp://127.0.0.1",
        "127.0.0.1:80",
        "https://",
        "https://host/?key=value",
        "not a url",
      })
  void refusesABaseUrlThatWouldSendTheKeyInTheClearOrNowhere(String url, @TempDir Path directory) {
    Map<String, String> environment =
        Map.of("GEMINI_API_KEY", "key-of-the-variable", "AGENTOS_GEMINI_BASE_URL", url);

    assertThatThrownBy(() -> load(directory, environment, ""))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("must be an https URL");
  }

  @Test
  void refusesAFileThatIsNotThere(@TempDir Path directory) {
    Path missing = directory.resolve("missing");

    assertThatThrownBy(
            () ->
                Settings.load(
                    new Settings.Sources(
                        Optional.empty(), Optional.of(missing), directory, Map.of()),
                    Kinds.all()))
        .isInstanceOf(SettingsException.class)
        .hasMessage(missing + ": there is no such file");
  }

  @Test
  void refusesADefaultProviderThatIsUnknownOrHasNoKey(@TempDir Path directory) {
    assertThatThrownBy(() -> load(directory, Map.of(), "[llm]\nprovider = 'gemni'"))
        .hasMessage("llm.provider is unknown; did you mean 'gemini'?");
    assertThatThrownBy(() -> load(directory, Map.of(), "[llm]\nprovider = 'gemini'"))
        .hasMessageContaining("set GEMINI_API_KEY");
    assertThatThrownBy(() -> load(directory, Map.of(), "[llm]\nprovider = 'anthropic'"))
        .hasMessage(
            "the provider anthropic has no API key: set ANTHROPIC_API_KEY in the environment or in"
                + " .env");
  }
}
