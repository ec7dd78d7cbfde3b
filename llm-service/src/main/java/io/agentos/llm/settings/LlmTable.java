// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The [llm] table of the configuration; the other tables of the file are the kernel's.
 *
 * @param providers the tables of the providers, by name
 */
record LlmTable(
    Optional<String> provider,
    Optional<String> model,
    Optional<String> script,
    Optional<String> cassette,
    Optional<String> cassetteMode,
    Map<String, ProviderTable> providers) {

  static final String GEMINI = "llm.gemini";

  static final LlmTable EMPTY =
      new LlmTable(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of());

  private static final Set<String> FIELDS =
      Set.of("provider", "model", "gemini", "offline", "providers", "cassette", "cassette_mode");
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");

  static LlmTable read(Path file) throws SettingsException {
    JsonNode root = parse(file, SmallFiles.read(file));
    try {
      JsonNode table = root.path("llm");
      if (table.isMissingNode()) {
        return EMPTY;
      }
      Fields llm = Fields.of(table, "llm", FIELDS);
      Fields offline =
          Fields.of(llm.any("offline").orElseGet(Json::object), "llm.offline", Set.of("script"));
      return new LlmTable(
          llm.text("provider"),
          llm.text("model"),
          offline.text("script"),
          llm.text("cassette"),
          llm.text("cassette_mode"),
          providers(llm));
    } catch (FieldException e) {
      throw new SettingsException(file + ": " + e.sentence());
    }
  }

  private static Map<String, ProviderTable> providers(Fields llm) throws FieldException {
    Map<String, ProviderTable> tables = new LinkedHashMap<>();
    Optional<JsonNode> gemini = llm.any("gemini");
    if (gemini.isPresent()) {
      Fields fields = Fields.of(gemini.get(), GEMINI, Set.of("api_key", "base_url", "model"));
      tables.put(
          "gemini",
          new ProviderTable(
              GEMINI,
              "gemini",
              fields.text("api_key"),
              Optional.empty(),
              fields.text("base_url"),
              fields.text("model")));
    }
    JsonNode named = llm.any("providers").orElseGet(Json::object);
    if (!named.isObject() || named.size() > Limits.PROVIDERS_MAX) {
      throw new FieldException(
          "llm.providers must be a table of at most " + Limits.PROVIDERS_MAX + " tables");
    }
    for (Map.Entry<String, JsonNode> entry : named.properties()) {
      ProviderTable table = provider(entry.getKey(), entry.getValue());
      if (tables.put(entry.getKey(), table) != null) {
        throw new FieldException("[llm.gemini] and [llm.providers.gemini] are the same; keep one");
      }
    }
    return tables;
  }

  private static ProviderTable provider(String name, JsonNode node) throws FieldException {
    if (!NAME.matcher(name).matches()) {
      throw new FieldException(
          "llm.providers has a name that is none: one has up to 32 of a-z, 0-9, - and _,"
              + " and begins with a letter or a digit");
    }
    String place = "llm.providers." + name;
    Fields fields = Fields.of(node, place, Set.of("kind", "base_url", "api_key_env", "model"));
    String kind = fields.requiredText("kind");
    if (name.equals("offline") && !kind.equals("offline")) {
      throw new FieldException(place + ".kind must be offline: what is labelled so reaches nobody");
    }
    return new ProviderTable(
        place,
        kind,
        Optional.empty(),
        fields.text("api_key_env"),
        fields.text("base_url"),
        fields.text("model"));
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
