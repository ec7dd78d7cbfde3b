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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets which key, and whose URL it goes to. */
final class ProviderTablesTest {
  private static final String OPENAI_KEY = "sk-openai-0123456789";
  private static final Map<String, String> KEYS =
      Map.of("OPENAI_API_KEY", OPENAI_KEY, "ACME_KEY", "key-of-acme-0123456789");

  @TempDir private Path directory;

  private Settings load(Map<String, String> environment, String toml)
      throws IOException, SettingsException {
    Path config = Files.writeString(directory.resolve("agentos.toml"), toml);
    return Settings.load(
        new Settings.Sources(Optional.of(config), Optional.empty(), directory, environment),
        Kinds.all());
  }

  private ProviderSettings acme(Map<String, String> environment, String table) throws Exception {
    Settings settings = load(environment, "[llm.providers.acme]\n" + table);
    assertThat(settings.preset().name()).isEqualTo("offline");
    return find(settings, "acme");
  }

  private static ProviderSettings find(Settings settings, String name) {
    return settings.providers().stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String key(ProviderSettings provider) {
    return provider.key().map(ApiKey::value).orElse("none");
  }

  @Test
  void getsTheKeyThatItNames() throws Exception {
    ProviderSettings acme =
        acme(
            KEYS,
            """
            kind = "openai"
            base_url = "https://acme.example/v1"
            api_key_env = "ACME_KEY"
            model = "m"
            """);

    assertThat(key(acme)).isEqualTo("key-of-acme-0123456789");
    assertThat(acme.baseUrl()).contains(URI.create("https://acme.example/v1"));
    assertThat(acme.model()).isEqualTo("m");
    assertThat(acme.obstacle()).isEmpty();
  }

  @Test
  void getsNoOtherKey_whenItHasAUrlOfItsOwn() throws Exception {
    Map<String, String> environment =
        Map.of("OPENAI_API_KEY", OPENAI_KEY, "OPENAI_BASE_URL", "https://elsewhere.example");
    String table = "kind = 'openai'\nbase_url = 'http://localhost:8000/v1'\nmodel = 'm'\n";

    ProviderSettings acme = acme(environment, table);

    assertThat(key(acme)).isEqualTo("none");
    assertThat(acme.baseUrl()).contains(URI.create("http://localhost:8000/v1"));
    assertThat(acme.obstacle()).isEmpty();
  }

  @Test
  void sharesTheKeyOfItsKind_whenItIsOnlyAnotherModelOfIt() throws Exception {
    ProviderSettings acme = acme(KEYS, "kind = 'openai'\nmodel = 'gpt-5'\n");

    assertThat(key(acme)).isEqualTo(OPENAI_KEY);
    assertThat(acme.baseUrl()).contains(URI.create("https://api.openai.com/v1"));
    assertThat(acme.model()).isEqualTo("gpt-5");
  }

  @Test
  void isNotUsable_withoutTheKeyThatItNamesOrNeeds() throws Exception {
    assertThat(acme(Map.of(), "kind = 'openai'\napi_key_env = 'ACME_KEY'\n").obstacle())
        .contains("the provider acme has no API key: set ACME_KEY in the environment or in .env");
    assertThat(acme(KEYS, "kind = 'anthropic'\n").obstacle())
        .contains(
            "the provider acme has no API key: set ANTHROPIC_API_KEY in the environment or in"
                + " .env");
    assertThat(
            acme(KEYS, "kind = 'anthropic'\nbase_url = 'https://a.example'\nmodel = 'm'\n")
                .obstacle())
        .contains(
            "the provider acme has no API key: name the variable that has it as api_key_env in"
                + " [llm.providers.acme]");
  }

  @Test
  void replacesTheOneThatIsThereWithoutATable() throws Exception {
    Settings settings =
        load(
            KEYS,
            """
            [llm]
            provider = "openai"

            [llm.providers.openai]
            kind = "openai"
            base_url = "https://a.example/v1"
            model = "m"
            """);

    assertThat(settings.providers()).hasSize(4);
    assertThat(key(settings.preset())).isEqualTo("none");
    assertThat(settings.redactor().redact(OPENAI_KEY)).isEqualTo("[redacted]");
  }

  @Test
  void hasTheGeneralModel_ifItIsTheDefaultAndHasNoneOfItsOwn() throws Exception {
    String toml = "[llm]\nprovider = 'openai'\nmodel = 'general'\n";

    assertThat(load(KEYS, toml).preset().model()).isEqualTo("general");
    assertThat(find(load(KEYS, toml), "gemini").model()).isEqualTo("gemini-2.5-flash");
    assertThat(
            load(KEYS, toml + "[llm.providers.openai]\nkind = 'openai'\nmodel = 'own'\n")
                .preset()
                .model())
        .isEqualTo("own");
  }

  @Test
  void stopsOnlyWhoAsks_whenAVariableOfOtherProgramsIsWrong() throws Exception {
    Settings settings =
        load(Map.of("OPENAI_API_KEY", "EMPTY", "ANTHROPIC_BASE_URL", "http://a.example"), "");

    assertThat(find(settings, "openai").obstacle())
        .hasValueSatisfying(
            why -> assertThat(why).startsWith("the key in OPENAI_API_KEY of the environment"));
    assertThat(find(settings, "anthropic").obstacle())
        .hasValueSatisfying(why -> assertThat(why).contains("must be an https URL"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[llm.providers.a]\\nmodel = 'm'|llm.providers.a.kind is missing",
        "[llm.providers.a]\\nkind = 'opnai'|llm.providers.a.kind is unknown; did you mean 'openai'?",
        "[llm.providers.a]\\nkind = 'openai'\\nbase_ulr = 'x'"
            + "|unknown field llm.providers.a.base_ulr; did you mean 'base_url'?",
        "[llm.providers.a]\\nkind = 'openai'\\napi_key = 'secret-secret-secret'"
            + "|unknown field llm.providers.a.api_key; known are api_key_env, base_url, kind, model",
        "[llm.providers.a]\\nkind = 'openai'\\nbase_url = 'https://a.example'"
            + "|llm.providers.a.model is missing: what a server at a URL of its own has, only you know",
        "[llm.providers.a]\\nkind = 'openai'\\nbase_url = 'http://a.example'\\nmodel = 'm'"
            + "|the base URL of a (base_url in [llm.providers.a]) must be an https URL without a query,"
            + " or an http URL of this machine: the key travels with every request",
        "[llm.providers.a]\\nkind = 'offline'\\nmodel = 'm'"
            + "|llm.providers.a has the kind offline, which takes nothing else",
        "[llm.providers.offline]\\nkind = 'openai'"
            + "|llm.providers.offline.kind must be offline: what is labelled so reaches nobody",
        "[llm.providers.Acme]\\nkind = 'openai'|llm.providers has a name that is none: one has up to 32 of"
            + " a-z, 0-9, - and _, and begins with a letter or a digit",
        "[llm.gemini]\\n[llm.providers.gemini]\\nkind = 'gemini'"
            + "|[llm.gemini] and [llm.providers.gemini] are the same; keep one",
        "[llm]\\nproviders = 5|llm.providers must be a table of at most 32 tables",
        "[llm]\\ncassette_mode = 'replay'|there is a cassette mode but no cassette: name its file with"
            + " AGENTOS_LLM_CASSETTE, or cassette in [llm]",
        "[llm]\\ncassette = 'c'|what to do with the cassette (AGENTOS_LLM_CASSETTE_MODE, or cassette_mode in"
            + " [llm]) must be record or replay",
        "[llm]\\ncassette = 'c'\\ncassette_mode = 'play'|what to do with the cassette"
            + " (AGENTOS_LLM_CASSETTE_MODE, or cassette_mode in [llm]) must be record or replay",
      })
  void areRefusedBySentence(String toml, String sentence) {
    assertThatThrownBy(() -> load(Map.of(), toml.replace("\\n", "\n")))
        .isInstanceOf(SettingsException.class)
        .hasMessageEndingWith(sentence)
        .hasMessageNotContaining("secret");
  }

  @Test
  void findsACassetteBesideItsConfiguration_needingNoKeyToReplay() throws Exception {
    Settings settings =
        load(
            Map.of(),
            "[llm]\nprovider = 'gemini'\ncassette = 'c.jsonl'\ncassette_mode = 'replay'\n");

    assertThat(settings.cassette())
        .contains(new CassetteSettings(directory.resolve("c.jsonl"), CassetteSettings.Mode.REPLAY));
    assertThat(settings.preset().name()).isEqualTo("gemini");
  }
}
