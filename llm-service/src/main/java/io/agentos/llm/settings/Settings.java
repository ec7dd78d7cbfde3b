// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import io.agentos.llm.base.Nearest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the operator wants.
 *
 * @param preset the provider for requests that name none
 * @param providers all of them
 * @param script the script of the offline provider
 * @param redactor knows every key that was found, used or not
 */
public record Settings(
    ProviderSettings preset,
    List<ProviderSettings> providers,
    Optional<Path> script,
    Optional<CassetteSettings> cassette,
    Redactor redactor) {

  /**
   * Where to look.
   *
   * @param config the file given with --config
   * @param envFile the file given with --env-file; .env of the directory when absent
   */
  public record Sources(
      Optional<Path> config,
      Optional<Path> envFile,
      Path directory,
      Map<String, String> environment) {}

  private static final String SCRIPT_VARIABLE = "AGENTOS_LLM_SCRIPT";
  private static final String CASSETTE_VARIABLE = "AGENTOS_LLM_CASSETTE";
  private static final String CASSETTE_MODE_VARIABLE = "AGENTOS_LLM_CASSETTE_MODE";
  private static final String OFFLINE = "offline";
  private static final String GEMINI = "gemini";

  /** Reads the settings for providers of these kinds. */
  public static Settings load(Sources sources, List<Kind> kinds) throws SettingsException {
    LlmTable table =
        sources.config().isPresent() ? LlmTable.read(sources.config().get()) : LlmTable.EMPTY;
    Variables variables = new Variables(sources.environment(), envFile(sources));
    Optional<Path> script = file(sources, variables, SCRIPT_VARIABLE, table.script());
    Optional<CassetteSettings> cassette = cassette(sources, variables, table);
    ProviderResolver resolver = new ProviderResolver(kinds, variables, table);
    String name =
        table.provider().orElseGet(() -> usual(script.isPresent(), table, kinds, variables));
    List<ProviderSettings> providers = resolver.resolve(name);
    ProviderSettings preset = find(providers, name);
    boolean asked = cassette.isEmpty() || cassette.get().mode() == CassetteSettings.Mode.RECORD;
    if (asked && preset.obstacle().isPresent()) {
      throw new SettingsException(preset.obstacle().get());
    }
    return new Settings(preset, providers, script, cassette, new Redactor(resolver.keys()));
  }

  /** A script is there to be used, so it outweighs a key that may be there for other programs. */
  private static String usual(
      boolean scripted, LlmTable table, List<Kind> kinds, Variables variables) {
    boolean keyed =
        kinds.stream()
            .filter(kind -> kind.name().equals(GEMINI))
            .flatMap(kind -> kind.endpoint().stream())
            .anyMatch(endpoint -> !variables.keys(endpoint.keyVariables()).isEmpty());
    boolean configured =
        Optional.ofNullable(table.providers().get(GEMINI))
            .flatMap(ProviderTable::apiKey)
            .filter(key -> !key.isEmpty())
            .isPresent();
    return !scripted && (keyed || configured) ? GEMINI : OFFLINE;
  }

  private static ProviderSettings find(List<ProviderSettings> providers, String name)
      throws SettingsException {
    for (ProviderSettings provider : providers) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    List<String> known = providers.stream().map(ProviderSettings::name).toList();
    throw new SettingsException("llm.provider is unknown; " + Nearest.hint(name, known));
  }

  private static Map<String, String> envFile(Sources sources) throws SettingsException {
    Path usual = sources.directory().resolve(".env");
    if (sources.envFile().isEmpty() && !Files.exists(usual)) {
      return Map.of();
    }
    return EnvFile.parse(SmallFiles.read(sources.envFile().orElse(usual)));
  }

  /** A path in the configuration is relative to the configuration, not to where we were started. */
  private static Optional<Path> file(
      Sources sources, Variables variables, String variable, Optional<String> inTable) {
    Optional<Path> configured =
        inTable.flatMap(path -> sources.config().map(config -> config.resolveSibling(path)));
    return variables
        .setting(variable)
        .map(path -> sources.directory().resolve(path))
        .or(() -> configured);
  }

  private static Optional<CassetteSettings> cassette(
      Sources sources, Variables variables, LlmTable table) throws SettingsException {
    Optional<Path> file = file(sources, variables, CASSETTE_VARIABLE, table.cassette());
    Optional<String> mode = variables.setting(CASSETTE_MODE_VARIABLE).or(table::cassetteMode);
    if (file.isEmpty() && mode.isEmpty()) {
      return Optional.empty();
    }
    if (file.isEmpty()) {
      throw new SettingsException(
          "there is a cassette mode but no cassette: name its file with "
              + CASSETTE_VARIABLE
              + ", or cassette in [llm]");
    }
    for (CassetteSettings.Mode known : CassetteSettings.Mode.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(mode.orElse(""))) {
        return Optional.of(new CassetteSettings(file.get(), known));
      }
    }
    throw new SettingsException(
        "what to do with the cassette ("
            + CASSETTE_MODE_VARIABLE
            + ", or cassette_mode in [llm]) must be record or replay");
  }
}
