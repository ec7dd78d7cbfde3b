// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import io.agentos.llm.anthropic.AnthropicProvider;
import io.agentos.llm.gemini.GeminiProvider;
import io.agentos.llm.offline.OfflineProvider;
import io.agentos.llm.offline.OfflineScript;
import io.agentos.llm.openai.OpenAiProvider;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.Kind;
import io.agentos.llm.settings.Kind.Endpoint;
import io.agentos.llm.settings.Kind.Keys;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import java.util.List;
import java.util.function.Function;

/** The registry: one entry is one kind of provider. Its class is loaded when it is first asked. */
public final class Kinds {
  private static final Endpoint GEMINI =
      new Endpoint(
          List.of("GEMINI_API_KEY", "GOOGLE_API_KEY"),
          "AGENTOS_GEMINI_BASE_URL",
          "https://generativelanguage.googleapis.com",
          Keys.ALWAYS);
  private static final Endpoint OPENAI =
      new Endpoint(
          List.of("OPENAI_API_KEY"),
          "OPENAI_BASE_URL",
          "https://api.openai.com/v1",
          Keys.SOMETIMES);
  private static final Endpoint ANTHROPIC =
      new Endpoint(
          List.of("ANTHROPIC_API_KEY"),
          "ANTHROPIC_BASE_URL",
          "https://api.anthropic.com",
          Keys.ALWAYS);

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              Kind.local("offline", OfflineProvider.MODEL),
              needs -> new OfflineProvider(needs.script)),
          new Entry(
              Kind.remote("gemini", "gemini-2.5-flash", GEMINI),
              needs -> new GeminiProvider(needs.settings, needs.redactor)),
          new Entry(
              Kind.remote("openai", "gpt-5-mini", OPENAI),
              needs -> new OpenAiProvider(needs.settings, needs.redactor)),
          new Entry(
              Kind.remote("anthropic", "claude-sonnet-5", ANTHROPIC),
              needs -> new AnthropicProvider(needs.settings, needs.redactor)));

  private Kinds() {}

  /** What a provider may be made from. */
  record Needs(ProviderSettings settings, OfflineScript script, Redactor redactor) {}

  private record Entry(Kind kind, Function<Needs, Provider> factory) {}

  /** All kinds, the one that is always there first. */
  public static List<Kind> all() {
    return ENTRIES.stream().map(Entry::kind).toList();
  }

  /** Sets a provider up, which may take a while. */
  static Provider create(Needs needs) {
    return ENTRIES.stream()
        .filter(entry -> entry.kind.name().equals(needs.settings.kind()))
        .findFirst()
        .orElseThrow()
        .factory
        .apply(needs);
  }
}
