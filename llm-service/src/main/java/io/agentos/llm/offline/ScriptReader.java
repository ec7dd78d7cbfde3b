// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.settings.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a script whole or refuses it with the line and the rule that are wrong. */
public final class ScriptReader {
  private static final Set<String> SCRIPT_FIELDS = Set.of("rules", "default");

  private ScriptReader() {}

  /** A file whose name ends in .json is read as JSON, any other as YAML. */
  public static OfflineScript read(Path file) throws SettingsException {
    String text = SmallFiles.read(file);
    ObjectMapper mapper = file.toString().endsWith(".json") ? Json.mapper() : yaml();
    try {
      return script(mapper.readTree(text), lines(mapper, text));
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      String problem = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new SettingsException(file + ": line " + line + ": " + problem);
    } catch (FieldException e) {
      throw new SettingsException(file + ": " + e.sentence());
    } catch (IOException e) {
      throw new SettingsException(file + ": " + e.getMessage());
    }
  }

  private static ObjectMapper yaml() {
    return YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  }

  private static OfflineScript script(JsonNode node, List<Integer> lines) throws FieldException {
    Fields fields = Fields.of(node, "", SCRIPT_FIELDS);
    List<JsonNode> nodes = fields.list("rules");
    Optional<JsonNode> otherwise = fields.any("default");
    if (nodes.isEmpty() && otherwise.isEmpty()) {
      throw new FieldException("the script has neither rules nor a default");
    }
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      String place = "rule " + (i + 1) + (i < lines.size() ? " (line " + lines.get(i) + ")" : "");
      rules.add(RuleReader.rule(nodes.get(i), place));
    }
    return new OfflineScript(
        rules,
        otherwise.isPresent()
            ? Optional.of(RuleReader.otherwise(otherwise.get(), "default"))
            : Optional.empty());
  }

  /** The line on which each rule begins; the tree does not know it any more. */
  private static List<Integer> lines(ObjectMapper mapper, String text) throws IOException {
    List<Integer> lines = new ArrayList<>();
    try (JsonParser parser = mapper.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return lines;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean rules = parser.currentName().equals("rules");
        if (parser.nextToken() == JsonToken.START_ARRAY && rules) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            lines.add(parser.currentTokenLocation().getLineNr());
            parser.skipChildren();
          }
        }
        parser.skipChildren();
      }
    }
    return lines;
  }
}
