// SPDX-License-Identifier: MIT
package io.agentos.llm.base;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the fields of one object strictly: an unknown one is refused, null counts as absent. The
 * sentences name the field and its place but never its value, which may be a secret.
 */
public final class Fields {
  private static final int NUMBER_CHARS_MAX = 24;

  private final ObjectNode node;
  private final String place;

  private Fields(ObjectNode node, String place) {
    this.node = node;
    this.place = place;
  }

  /**
   * The fields of an object that has none but the known ones.
   *
   * @param place where the object stands, such as "messages[0]"; empty for the outermost
   */
  public static Fields of(JsonNode node, String place, Set<String> known) throws FieldException {
    if (!(node instanceof ObjectNode object)) {
      throw new FieldException(
          (place.isEmpty() ? "this" : place) + " must be an object, was " + kind(node));
    }
    Fields fields = new Fields(object, place);
    for (String name : fields.names()) {
      if (!known.contains(name)) {
        throw new FieldException(
            "unknown field " + fields.path(name) + "; " + Nearest.hint(name, known));
      }
    }
    return fields;
  }

  public List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  public Optional<JsonNode> any(String name) {
    return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
  }

  public Optional<String> text(String name) throws FieldException {
    Optional<JsonNode> value = any(name);
    if (value.isPresent() && !value.get().isTextual()) {
      throw wrong(name, "text", value.get());
    }
    return value.map(JsonNode::textValue);
  }

  public String requiredText(String name) throws FieldException {
    return require(name, text(name));
  }

  public boolean flag(String name, boolean absent) throws FieldException {
    Optional<JsonNode> value = any(name);
    if (value.isPresent() && !value.get().isBoolean()) {
      throw wrong(name, "true or false", value.get());
    }
    return value.map(JsonNode::booleanValue).orElse(absent);
  }

  public OptionalLong integer(String name, long from, long to) throws FieldException {
    Optional<JsonNode> value = any(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    JsonNode number = value.get();
    if (!number.isIntegralNumber()
        || !number.canConvertToLong()
        || number.longValue() < from
        || number.longValue() > to) {
      throw wrong(name, "a whole number from " + from + " to " + to, number);
    }
    return OptionalLong.of(number.longValue());
  }

  public OptionalDouble number(String name, double from, double to) throws FieldException {
    Optional<JsonNode> value = any(name);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    JsonNode number = value.get();
    if (!number.isNumber() || !(number.doubleValue() >= from && number.doubleValue() <= to)) {
      throw wrong(name, "a number from " + from + " to " + to, number);
    }
    return OptionalDouble.of(number.doubleValue());
  }

  /** The elements of a list; none when the field is absent. */
  public List<JsonNode> list(String name) throws FieldException {
    Optional<JsonNode> value = any(name);
    if (value.isPresent() && !value.get().isArray()) {
      throw wrong(name, "a list", value.get());
    }
    List<JsonNode> elements = new ArrayList<>();
    value.ifPresent(list -> list.forEach(elements::add));
    return elements;
  }

  public Optional<ObjectNode> object(String name) throws FieldException {
    Optional<JsonNode> value = any(name);
    if (value.isPresent() && !value.get().isObject()) {
      throw wrong(name, "an object", value.get());
    }
    return value.map(ObjectNode.class::cast);
  }

  /** The value of an optional field that is not optional here. */
  public <T> T require(String name, Optional<T> value) throws FieldException {
    return value.orElseThrow(() -> new FieldException(path(name) + " is missing"));
  }

  /** The name of a field with its place, as sentences use it. */
  public String path(String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  private FieldException wrong(String name, String right, JsonNode value) {
    return new FieldException(path(name) + " must be " + right + ", was " + kind(value));
  }

  private static String head(String number) {
    return number.length() <= NUMBER_CHARS_MAX
        ? number
        : number.substring(0, NUMBER_CHARS_MAX) + "...";
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case BOOLEAN -> "true or false";
      case MISSING, NULL -> "nothing";
      case NUMBER -> "the number " + head(value.asText());
      case OBJECT -> "an object";
      case STRING -> "text";
      case BINARY, POJO -> "something else";
    };
  }
}
