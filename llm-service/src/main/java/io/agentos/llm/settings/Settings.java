// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the operator wants.
 *
 * @param provider the provider named in the configuration
 * @param script the script of the offline provider
 * @param redactor knows every key that was found, used or not
 */
public record Settings(
    Optional<String> provider, Optional<Path> script, Gemini gemini, Redactor redactor) {

  /** What the Gemini provider needs; a key that is missing is reported when it is asked for. */
  public record Gemini(Optional<ApiKey> key, URI baseUrl, String model) {}

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
  private static final String BASE_URL_VARIABLE = "AGENTOS_GEMINI_BASE_URL";
  private static final String BASE_URL = "https://generativelanguage.googleapis.com";
  private static final String MODEL = "gemini-2.5-flash";
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

  public static Settings load(Sources sources) throws SettingsException {
    LlmTable table =
        sources.config().isPresent() ? LlmTable.read(sources.config().get()) : LlmTable.EMPTY;
    Keys keys = Keys.find(sources.environment(), envFile(sources), table.apiKey());
    String baseUrl = variable(sources, BASE_URL_VARIABLE).or(table::baseUrl).orElse(BASE_URL);
    String model = table.geminiModel().or(table::model).orElse(MODEL);
    return new Settings(
        table.provider(),
        script(sources, table),
        new Gemini(keys.first(), baseUrl(baseUrl), model),
        new Redactor(keys.all()));
  }

  private static Map<String, String> envFile(Sources sources) throws SettingsException {
    Path usual = sources.directory().resolve(".env");
    if (sources.envFile().isEmpty() && !Files.exists(usual)) {
      return Map.of();
    }
    return EnvFile.parse(SmallFiles.read(sources.envFile().orElse(usual)));
  }

  /** A path in the configuration is relative to the configuration, not to where we were started. */
  private static Optional<Path> script(Sources sources, LlmTable table) {
    Optional<Path> configured =
        table
            .script()
            .flatMap(script -> sources.config().map(config -> config.resolveSibling(script)));
    return variable(sources, SCRIPT_VARIABLE)
        .map(script -> sources.directory().resolve(script))
        .or(() -> configured);
  }

  private static Optional<String> variable(Sources sources, String name) {
    return Optional.ofNullable(sources.environment().get(name)).filter(value -> !value.isEmpty());
  }

  private static URI baseUrl(String text) throws SettingsException {
    try {
      URI url = new URI(text);
      boolean encrypted = "https".equals(url.getScheme());
      boolean local =
          "http".equals(url.getScheme())
              && url.getHost() != null
              && LOOPBACK.contains(url.getHost());
      if (url.getHost() != null && url.getRawQuery() == null && (encrypted || local)) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Falls through to the same sentence: what is wrong with it is that it is no such URL.
    }
    throw new SettingsException(
        "the base URL of gemini ("
            + BASE_URL_VARIABLE
            + ", or base_url in [llm.gemini]) must be an https URL without a query,"
            + " or an http URL of this machine: the key travels with every request");
  }
}
