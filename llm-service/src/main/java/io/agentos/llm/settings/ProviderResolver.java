// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import io.agentos.llm.base.Nearest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes of tables and variables what the providers need. */
final class ProviderResolver {
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

  private final Map<String, Kind> kinds = new LinkedHashMap<>();
  private final Variables variables;
  private final LlmTable table;

  /** Every key that was found, used or not. */
  private final List<ApiKey> keys = new ArrayList<>();

  ProviderResolver(List<Kind> kinds, Variables variables, LlmTable table) {
    kinds.forEach(kind -> this.kinds.put(kind.name(), kind));
    this.variables = variables;
    this.table = table;
  }

  List<ApiKey> keys() {
    return List.copyOf(keys);
  }

  /**
   * The providers that there are without a table, then those of the tables.
   *
   * @param preset the name of the provider whose model [llm] may name
   */
  List<ProviderSettings> resolve(String preset) throws SettingsException {
    kinds.values().forEach(this::remember);
    Map<String, ProviderTable> tables = new LinkedHashMap<>();
    kinds.keySet().forEach(name -> tables.put(name, ProviderTable.none(name)));
    tables.putAll(table.providers());
    List<ProviderSettings> providers = new ArrayList<>();
    for (Map.Entry<String, ProviderTable> entry : tables.entrySet()) {
      Optional<String> general = entry.getKey().equals(preset) ? table.model() : Optional.empty();
      providers.add(provider(entry.getKey(), entry.getValue(), general));
    }
    return providers;
  }

  /** Notes the keys that a kind's variables hold, also those that a table leaves unused. */
  private void remember(Kind kind) {
    List<String> names = kind.endpoint().map(Kind.Endpoint::keyVariables).orElse(List.of());
    for (Variables.Candidate candidate : variables.keys(names)) {
      ApiKey.find(candidate.value()).ifPresent(keys::add);
    }
  }

  private ProviderSettings provider(String name, ProviderTable own, Optional<String> general)
      throws SettingsException {
    Kind kind = kinds.get(own.kind());
    if (kind == null) {
      throw new SettingsException(
          own.place() + ".kind is unknown; " + Nearest.hint(own.kind(), kinds.keySet()));
    }
    if (kind.endpoint().isEmpty()) {
      refuseConnection(own);
      return settled(name, kind, kind.model(), Optional.empty(), Optional.empty());
    }
    Kind.Endpoint endpoint = kind.endpoint().get();
    String model = model(own, general, kind);
    try {
      Optional<ApiKey> key = key(own, endpoint);
      URI baseUrl = baseUrl(name, own, endpoint);
      if (key.isEmpty() && needsKey(own, endpoint)) {
        return hindered(name, kind, model, noKey(name, own, endpoint));
      }
      return settled(name, kind, model, key, Optional.of(baseUrl));
    } catch (SettingsException e) {
      // Variables may be there for other programs: what is wrong with them stops only who asks.
      if (own.written()) {
        throw e;
      }
      return hindered(name, kind, model, e.sentence());
    }
  }

  private static ProviderSettings settled(
      String name, Kind kind, String model, Optional<ApiKey> key, Optional<URI> baseUrl) {
    return new ProviderSettings(name, kind.name(), model, key, baseUrl, Optional.empty());
  }

  private static ProviderSettings hindered(String name, Kind kind, String model, String obstacle) {
    return new ProviderSettings(
        name, kind.name(), model, Optional.empty(), Optional.empty(), Optional.of(obstacle));
  }

  private static void refuseConnection(ProviderTable own) throws SettingsException {
    if (own.baseUrl().isPresent() || own.apiKeyEnv().isPresent() || own.model().isPresent()) {
      throw new SettingsException(
          own.place() + " has the kind " + own.kind() + ", which takes nothing else");
    }
  }

  private static String model(ProviderTable own, Optional<String> general, Kind kind)
      throws SettingsException {
    Optional<String> named = own.model().or(() -> general);
    if (named.isEmpty() && foreign(own)) {
      throw new SettingsException(
          own.place() + ".model is missing: what a server at a URL of its own has, only you know");
    }
    return named.orElse(kind.model());
  }

  /**
   * Whether the table names a server of its own, which then gets no key that is not meant for it.
   */
  private static boolean foreign(ProviderTable own) {
    return own.baseUrl().isPresent() && !own.place().equals(LlmTable.GEMINI);
  }

  private Optional<ApiKey> key(ProviderTable own, Kind.Endpoint endpoint) throws SettingsException {
    List<String> names =
        own.apiKeyEnv().map(List::of).orElse(foreign(own) ? List.of() : endpoint.keyVariables());
    List<Variables.Candidate> candidates = new ArrayList<>(variables.keys(names));
    own.apiKey()
        .filter(value -> !value.isEmpty())
        .ifPresent(
            value ->
                candidates.add(
                    new Variables.Candidate(value, own.place() + ".api_key of the configuration")));
    List<ApiKey> found = new ArrayList<>();
    for (Variables.Candidate candidate : candidates) {
      ApiKey key = ApiKey.of(candidate.value(), candidate.origin());
      keys.add(key);
      found.add(key);
    }
    return found.stream().findFirst();
  }

  private static boolean needsKey(ProviderTable own, Kind.Endpoint endpoint) {
    return own.apiKeyEnv().isPresent() || !foreign(own) || endpoint.keys() == Kind.Keys.ALWAYS;
  }

  private static String noKey(String name, ProviderTable own, Kind.Endpoint endpoint) {
    String head = "the provider " + name + " has no API key: ";
    if (own.apiKeyEnv().isEmpty() && foreign(own)) {
      return head + "name the variable that has it as api_key_env in [" + own.place() + "]";
    }
    String variable = own.apiKeyEnv().orElse(endpoint.keyVariables().get(0));
    String also = name.equals("gemini") ? ", or api_key in [" + LlmTable.GEMINI + "]" : "";
    return head + "set " + variable + " in the environment or in .env" + also;
  }

  private URI baseUrl(String name, ProviderTable own, Kind.Endpoint endpoint)
      throws SettingsException {
    Optional<String> variable =
        foreign(own) ? Optional.empty() : variables.setting(endpoint.baseUrlVariable());
    String text = variable.or(own::baseUrl).orElse(endpoint.baseUrl());
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
    String place = own.written() ? own.place() : "llm.providers." + name;
    throw new SettingsException(
        "the base URL of "
            + name
            + " ("
            + (foreign(own) ? "" : endpoint.baseUrlVariable() + ", or ")
            + "base_url in ["
            + place
            + "]) must be an https URL without a query,"
            + " or an http URL of this machine: the key travels with every request");
  }
}
