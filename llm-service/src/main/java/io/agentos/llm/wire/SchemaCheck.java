// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Limits;
import io.agentos.llm.base.Nearest;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds what cannot be a JSON schema, whoever reads it; words it does not know are let through. */
final class SchemaCheck {
  private static final Set<String> TYPES =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");
  private static final Set<String> SCHEMA_MAPS =
      Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");
  private static final Set<String> SCHEMA_LISTS = Set.of("anyOf", "oneOf", "allOf", "prefixItems");
  private static final Set<String> SCHEMAS =
      Set.of(
          "items",
          "additionalProperties",
          "not",
          "if",
          "then",
          "else",
          "contains",
          "propertyNames");
  private static final Set<String> COUNTS =
      Set.of("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties");
  private static final Set<String> NUMBERS =
      Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
  private static final Set<String> TEXTS =
      Set.of("$ref", "title", "description", "pattern", "format");

  private SchemaCheck() {}

  static void check(JsonNode schema, String path) throws FieldException {
    check(schema, path, 0);
  }

  private static void check(JsonNode schema, String path, int depth) throws FieldException {
    require(
        depth <= Limits.SCHEMA_DEPTH_MAX,
        path,
        "nested no deeper than " + Limits.SCHEMA_DEPTH_MAX + " levels");
    if (schema.isBoolean() && depth > 0) {
      return;
    }
    require(schema.isObject(), path, "a JSON schema, which is an object");
    for (Map.Entry<String, JsonNode> entry : schema.properties()) {
      checkWord(entry.getKey(), entry.getValue(), path + "." + entry.getKey(), depth);
    }
  }

  private static void checkWord(String word, JsonNode value, String path, int depth)
      throws FieldException {
    if (word.equals("type")) {
      checkType(value, path);
    } else if (SCHEMA_MAPS.contains(word)) {
      require(value.isObject(), path, "an object of schemas");
      for (Map.Entry<String, JsonNode> entry : value.properties()) {
        check(entry.getValue(), path + "." + entry.getKey(), depth + 1);
      }
    } else if (SCHEMA_LISTS.contains(word)) {
      require(value.isArray() && !value.isEmpty(), path, "a list of schemas");
      checkAll(value, path, depth);
    } else if (SCHEMAS.contains(word)) {
      // The form that older drafts had for prefixItems.
      if (word.equals("items") && value.isArray()) {
        checkAll(value, path, depth);
      } else {
        check(value, path, depth + 1);
      }
    } else {
      checkPlain(word, value, path);
    }
  }

  private static void checkAll(JsonNode list, String path, int depth) throws FieldException {
    for (int i = 0; i < list.size(); i++) {
      check(list.get(i), path + "[" + i + "]", depth + 1);
    }
  }

  private static void checkPlain(String word, JsonNode value, String path) throws FieldException {
    if (word.equals("required")) {
      boolean names = value.isArray();
      for (JsonNode name : value) {
        names &= name.isTextual();
      }
      require(names, path, "a list of names");
    } else if (word.equals("enum")) {
      require(value.isArray() && !value.isEmpty(), path, "a list of values");
    } else if (COUNTS.contains(word)) {
      require(
          value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() % 1 == 0,
          path,
          "a whole number from 0");
    } else if (NUMBERS.contains(word)) {
      // The fourth draft wrote exclusiveMinimum as a flag.
      require(value.isNumber() || value.isBoolean(), path, "a number");
    } else if (TEXTS.contains(word)) {
      require(value.isTextual(), path, "text");
    }
  }

  private static void checkType(JsonNode value, String path) throws FieldException {
    if (value.isArray() && !value.isEmpty()) {
      for (int i = 0; i < value.size(); i++) {
        checkTypeName(value.get(i), path + "[" + i + "]");
      }
    } else {
      checkTypeName(value, path);
    }
  }

  private static void checkTypeName(JsonNode name, String path) throws FieldException {
    require(name.isTextual(), path, "the name of a type, or a list of such names");
    if (!TYPES.contains(name.textValue())) {
      String hint = Nearest.hint(name.textValue().toLowerCase(Locale.ROOT), new TreeSet<>(TYPES));
      throw new FieldException(path + " is no type of JSON schema; " + hint);
    }
  }

  private static void require(boolean holds, String path, String right) throws FieldException {
    if (!holds) {
      throw new FieldException(path + " must be " + right);
    }
  }
}
