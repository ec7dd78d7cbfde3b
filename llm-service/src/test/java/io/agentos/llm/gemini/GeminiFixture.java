// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import io.agentos.llm.provider.Provider;
import io.agentos.llm.serve.Kinds;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.testing.FakeGemini;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The provider as the service would set it up, aimed at a server of the test. */
final class GeminiFixture {
  static final String KEY = "AIzaSyTest-0123456789_abcdefghijklmnopq";
  static final String MODEL = "gemini-2.5-flash";
  static final String GEMINI_3 = "gemini-3-flash-preview";

  private GeminiFixture() {}

  static Provider provider(FakeGemini server) {
    return provider(server, MODEL);
  }

  static Provider provider(FakeGemini server, String model) {
    return provider(server.url(), model);
  }

  static Provider provider(String url, String model) {
    try {
      Settings settings =
          Settings.load(
              new Settings.Sources(
                  Optional.empty(),
                  Optional.empty(),
                  Path.of("target"),
                  Map.of("GEMINI_API_KEY", KEY, "AGENTOS_GEMINI_BASE_URL", url)),
              Kinds.all());
      ProviderSettings gemini = settings.preset();
      return new GeminiProvider(
          new ProviderSettings(
              gemini.name(),
              gemini.kind(),
              model,
              gemini.key(),
              gemini.baseUrl(),
              gemini.obstacle()),
          settings.redactor());
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }
}
