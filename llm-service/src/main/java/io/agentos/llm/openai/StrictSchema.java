// SPDX-License-Identifier: MIT
package io.agentos.llm.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells whether a schema may be asked for strictly, which makes the model unable to break it: every
 * object in it lists its properties, requires all of them and allows no others.
 */
final class StrictSchema {
  private StrictSchema() {}

  static boolean fits(JsonNode schema) {
    if (schema.path("type").asText().equals("object") && !closed(schema)) {
      return false;
    }
    for (JsonNode part : schema) {
      if (part.isContainerNode() && !fits(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean closed(JsonNode object) {
    Set<String> required = new HashSet<>();
    object.path("required").forEach(name -> required.add(name.asText()));
    Set<String> properties = new HashSet<>();
    object.path("properties").fieldNames().forEachRemaining(properties::add);
    return required.equals(properties)
        && object.path("additionalProperties").isBoolean()
        && !object.path("additionalProperties").booleanValue();
  }
}
