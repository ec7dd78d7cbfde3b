// SPDX-License-Identifier: MIT
package io.agentos.kernel.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.base.Limits;
import java.io.IOException;
import java.util.stream.Collectors;

/**
 * JSON as the wire has it: snake_case names, strict types, no unknown or repeated names, bounded
 * depth. What is wrong is said by the name of the field.
 */
public final class Json {
  private static final int LONGEST_NUMBER = 64;
  private static final int LONGEST_NAME = 4096;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(Limits.JSON_DEPTH)
          .maxStringLength(Limits.LARGEST_MAX_PAYLOAD)
          .maxNumberLength(LONGEST_NUMBER)
          .maxNameLength(LONGEST_NAME)
          .build();

  public static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .build();

  private Json() {}

  private static SyscallException tooComplex() {
    return SyscallException.invalid(
        "the payload is too complex: JSON may nest "
            + Limits.JSON_DEPTH
            + " levels, have numbers of "
            + LONGEST_NUMBER
            + " digits and names of "
            + LONGEST_NAME
            + " characters");
  }

  /** A reader for one request type; make it once and keep it. */
  public static ObjectReader reader(Class<?> type) {
    return MAPPER.readerFor(type);
  }

  /**
   * Reads a request.
   *
   * @throws SyscallException INVALID_REQUEST, naming the field and what would be right
   */
  @SuppressWarnings("TypeParameterUnusedInFormals") // the reader knows the type
  public static <T> T decode(ObjectReader reader, byte[] json) throws SyscallException {
    try {
      T value = reader.readValue(json);
      if (value == null) {
        throw SyscallException.invalid("the payload must be a JSON object, was null");
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw tooComplex();
    } catch (UnrecognizedPropertyException e) {
      throw SyscallException.invalid(unknownField(e));
    } catch (InvalidFormatException e) {
      throw SyscallException.invalid(
          "field "
              + path(e)
              + " must be "
              + typeName(e.getTargetType())
              + ", was "
              + quoted(e.getValue()));
    } catch (MismatchedInputException e) {
      throw SyscallException.invalid(mismatch(e));
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof StreamConstraintsException) {
        throw tooComplex();
      }
      throw SyscallException.invalid(
          path(e).isEmpty() ? reason(e) : "field " + path(e) + ": " + reason(e));
    } catch (JsonProcessingException e) {
      throw SyscallException.invalid(
          "the payload is not valid JSON: " + firstLine(e.getOriginalMessage()));
    } catch (IOException e) {
      throw SyscallException.invalid(
          "the payload is not valid UTF-8 JSON: " + firstLine(e.getMessage()));
    }
  }

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Reads back what {@link #encode} wrote. */
  public static JsonNode parse(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException("JSON that was written here can't be read", e);
    }
  }

  /**
   * Writes a value; fails with INVALID_REQUEST on text that is no Unicode (half a surrogate pair).
   */
  public static byte[] encode(Object value) throws SyscallException {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw SyscallException.invalid(
          "this value can't be written as UTF-8 JSON: " + firstLine(e.getOriginalMessage()));
    }
  }

  private static String unknownField(UnrecognizedPropertyException e) {
    String known =
        e.getKnownPropertyIds() == null
            ? ""
            : e.getKnownPropertyIds().stream()
                .map(String::valueOf)
                .sorted()
                .collect(Collectors.joining(", "));
    return "unknown field " + path(e) + "; known here: " + known;
  }

  private static String mismatch(MismatchedInputException e) {
    String path = path(e);
    String type = typeName(e.getTargetType());
    if (path.isEmpty()) {
      return "the payload must be " + type;
    }
    return "field " + path + " must be " + type;
  }

  private static String reason(JsonMappingException e) {
    Throwable cause = e.getCause();
    return firstLine(
        cause instanceof IllegalArgumentException ? cause.getMessage() : e.getOriginalMessage());
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : r.getFieldName())
        .collect(Collectors.joining("."))
        .replace(".[", "[");
  }

  private static String typeName(Class<?> type) {
    if (type == null || type.isRecord() || JsonNode.class.isAssignableFrom(type)) {
      return "a JSON object";
    }
    if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
      return "a whole number in range";
    }
    if (Number.class.isAssignableFrom(type) || type == double.class) {
      return "a number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "a string";
    }
    if (java.util.Collection.class.isAssignableFrom(type)) {
      return "an array";
    }
    if (type.isEnum()) {
      return "one of "
          + java.util.Arrays.toString(type.getEnumConstants()).toLowerCase(java.util.Locale.ROOT);
    }
    return "a JSON object";
  }

  private static String quoted(Object value) {
    String text = String.valueOf(value);
    return "\"" + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + "\"";
  }

  private static String firstLine(@org.jspecify.annotations.Nullable String message) {
    String text = message == null ? "unreadable" : message;
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
