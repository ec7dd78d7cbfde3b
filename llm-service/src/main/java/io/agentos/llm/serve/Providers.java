// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import io.agentos.llm.base.Nearest;
import io.agentos.llm.gemini.GeminiProvider;
import io.agentos.llm.offline.OfflineProvider;
import io.agentos.llm.offline.OfflineScript;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The registry: one line is one provider. A provider's class is loaded when it is first asked. */
public final class Providers {
  private static final String OFFLINE = "offline";
  private static final String GEMINI = "gemini";

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Entry preset;

  public Providers(Settings settings, OfflineScript script) throws SettingsException {
    var gemini = settings.gemini();
    var keys = settings.redactor();
    add(OFFLINE, OfflineProvider.MODEL, Optional.empty(), () -> new OfflineProvider(script));
    add(GEMINI, gemini.model(), obstacle(gemini), () -> new GeminiProvider(gemini, keys));

    String name = settings.provider().orElseGet(() -> usual(settings));
    this.preset =
        Optional.ofNullable(entries.get(name))
            .orElseThrow(() -> new SettingsException("llm.provider is unknown; " + hint(name)));
    if (preset.obstacle.isPresent()) {
      throw new SettingsException(preset.obstacle.get());
    }
  }

  /**
   * Registers a provider.
   *
   * @param model what it answers with when a request names no model
   * @param obstacle what has to be done before it can be used
   */
  private void add(
      String name, String model, Optional<String> obstacle, Supplier<Provider> factory) {
    entries.put(name, new Entry(name, model, obstacle, factory));
  }

  private static Optional<String> obstacle(Settings.Gemini gemini) {
    return gemini.key().isPresent()
        ? Optional.empty()
        : Optional.of(
            "the provider gemini has no API key: set GEMINI_API_KEY in the environment or in .env,"
                + " or api_key in [llm.gemini]");
  }

  /** A script is there to be used, so it outweighs a key that may be there for other programs. */
  private static String usual(Settings settings) {
    return settings.script().isEmpty() && settings.gemini().key().isPresent() ? GEMINI : OFFLINE;
  }

  private String hint(String name) {
    return Nearest.hint(name, entries.keySet());
  }

  /** The name of the provider for requests that name none. */
  String defaultName() {
    return preset.name;
  }

  /** The model of the provider for requests that name none. */
  String defaultModel() {
    return preset.model;
  }

  /** The provider, set up on its first use, which may take a while. */
  Provider find(String name) throws FailureException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new FailureException(
          Failure.lasting(ErrorCode.NOT_FOUND, "the provider is unknown; " + hint(name)));
    }
    if (entry.obstacle.isPresent()) {
      throw new FailureException(
          Failure.lasting(ErrorCode.PERMISSION_DENIED, entry.obstacle.get()));
    }
    return entry.provider();
  }

  private static final class Entry {
    private final String name;
    private final String model;
    private final Optional<String> obstacle;
    private final Supplier<Provider> factory;
    private Optional<Provider> provider = Optional.empty();

    Entry(String name, String model, Optional<String> obstacle, Supplier<Provider> factory) {
      this.name = name;
      this.model = model;
      this.obstacle = obstacle;
      this.factory = factory;
    }

    synchronized Provider provider() {
      if (provider.isEmpty()) {
        provider = Optional.of(factory.get());
      }
      return provider.get();
    }
  }
}
