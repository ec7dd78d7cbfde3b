// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The [llm] table of the configuration; the other tables of the file are the kernel's. */
record LlmTable(
    Optional<String> provider,
    Optional<String> model,
    Optional<String> apiKey,
    Optional<String> baseUrl,
    Optional<String> geminiModel,
    Optional<String> script) {

  static final LlmTable EMPTY =
      new LlmTable(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  static LlmTable read(Path file) throws SettingsException {
    JsonNode root = parse(file, SmallFiles.read(file));
    try {
      JsonNode table = root.path("llm");
      if (table.isMissingNode()) {
        return EMPTY;
      }
      Fields llm = Fields.of(table, "llm", Set.of("provider", "model", "gemini", "offline"));
      Fields gemini =
          Fields.of(
              llm.any("gemini").orElseGet(Json::object),
              "llm.gemini",
              Set.of("api_key", "base_url", "model"));
      Fields offline =
          Fields.of(llm.any("offline").orElseGet(Json::object), "llm.offline", Set.of("script"));
      return new LlmTable(
          llm.text("provider"),
          llm.text("model"),
          gemini.text("api_key"),
          gemini.text("base_url"),
          gemini.text("model"),
          offline.text("script"));
    } catch (FieldException e) {
      throw new SettingsException(file + ": " + e.sentence());
    }
  }

  private static JsonNode parse(Path file, String text) throws SettingsException {
    try {
      return new TomlMapper().readTree(text);
    } catch (JsonProcessingException e) {
      // The parser's own words quote the line, which may be the one with the key.
      JsonLocation at = e.getLocation();
      String place = at == null ? "" : "line " + at.getLineNr() + ": ";
      throw new SettingsException(file + ": " + place + "this is not TOML");
    }
  }
}
