// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import io.agentos.llm.base.Nearest;
import io.agentos.llm.offline.OfflineScript;
import io.agentos.llm.provider.Backend;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.Replies;
import io.agentos.llm.wire.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The providers by name. A provider's class is loaded when it is first asked. */
public final class Providers implements Backend {
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final ProviderSettings preset;
  private final Replies.Choice choice;

  public Providers(Settings settings, OfflineScript script) {
    for (ProviderSettings provider : settings.providers()) {
      entries.put(provider.name(), new Entry(provider, script, settings.redactor()));
    }
    this.preset = settings.preset();
    this.choice = choice(settings);
  }

  /** What can be asked of the providers of these settings. */
  private static Replies.Choice choice(Settings settings) {
    List<Replies.Listed> listed =
        settings.providers().stream()
            .map(
                provider ->
                    new Replies.Listed(
                        provider.name(),
                        provider.kind(),
                        provider.model(),
                        provider.obstacle().isEmpty()))
            .toList();
    return new Replies.Choice(settings.preset().name(), settings.preset().model(), listed);
  }

  @Override
  public Replies.Choice choice() {
    return choice;
  }

  @Override
  public Job accept(Request.Generate request) {
    return call -> {
      Route route = route(request);
      Provider provider = route.entry.provider();
      return new Answered(
          route.entry.settings.name(), provider.generate(route.prompt, call), call.elapsed());
    };
  }

  /** Who is asked what. */
  private record Route(Entry entry, Prompt prompt) {}

  /** A model that begins with a provider's name and a slash is that provider's. */
  private Route route(Request.Generate request) throws FailureException {
    Prompt prompt = request.prompt();
    if (request.provider().isPresent()) {
      return new Route(find(request.provider().get()), prompt);
    }
    String model = prompt.model().orElse("");
    int slash = model.indexOf('/');
    if (slash <= 0 || !entries.containsKey(model.substring(0, slash))) {
      return new Route(find(preset.name()), prompt);
    }
    String rest = model.substring(slash + 1);
    if (rest.isEmpty()) {
      throw new FailureException(
          Failure.lasting(
              ErrorCode.INVALID_REQUEST,
              "model names a provider but no model of it, such as " + model + preset.model()));
    }
    return new Route(find(model.substring(0, slash)), prompt.withModel(rest));
  }

  private Entry find(String name) throws FailureException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new FailureException(
          Failure.lasting(
              ErrorCode.NOT_FOUND,
              "the provider is unknown; " + Nearest.hint(name, entries.keySet())));
    }
    if (entry.settings.obstacle().isPresent()) {
      throw new FailureException(
          Failure.lasting(ErrorCode.PERMISSION_DENIED, entry.settings.obstacle().get()));
    }
    return entry;
  }

  private static final class Entry {
    private final ProviderSettings settings;
    private final OfflineScript script;
    private final Redactor redactor;
    private Optional<Provider> provider = Optional.empty();

    Entry(ProviderSettings settings, OfflineScript script, Redactor redactor) {
      this.settings = settings;
      this.script = script;
      this.redactor = redactor;
    }

    /** The provider, set up on its first use, which may take a while. */
    synchronized Provider provider() {
      if (provider.isEmpty()) {
        provider = Optional.of(Kinds.create(new Kinds.Needs(settings, script, redactor)));
      }
      return provider.get();
    }
  }
}
