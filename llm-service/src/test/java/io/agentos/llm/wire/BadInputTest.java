// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.testing.Requests;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that are not what they say, and schemas that are none. */
final class BadInputTest {
  private static final Map<String, String> HEADS =
      Map.of(
          "image/png", "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR",
          "image/jpeg", "\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF",
          "image/gif", "GIF87a\u0001\0",
          "image/webp", "RIFF\n\r\0\0WEBPVP8 ");

  private static void read(ObjectNode line) throws RejectedLineException {
    RequestReader.read(line.toString().getBytes(UTF_8));
  }

  private static String refusal(ObjectNode line) {
    RejectedLineException refused =
        catchThrowableOfType(RejectedLineException.class, () -> read(line));
    assertThat(refused.failure().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    return refused.failure().message();
  }

  @Nested
  final class Images {
    private static ObjectNode withImage(String mimeType, String bytes) {
      ObjectNode line = Requests.generate(1, "hi");
      line.withArray("/messages/0/content")
          .addObject()
          .put("type", "image")
          .put("mime_type", mimeType)
          .put("data", Base64.getEncoder().encodeToString(bytes.getBytes(ISO_8859_1)));
      return line;
    }

    @Test
    void areTakenWhenTheyAreWhatTheySay_andNamedWhenTheyAreAnother() {
      HEADS.forEach(
          (type, head) ->
              HEADS.forEach(
                  (other, otherHead) -> {
                    if (type.equals(other)) {
                      assertThatCode(() -> read(withImage(type, head))).doesNotThrowAnyException();
                    } else {
                      assertThat(refusal(withImage(type, otherHead)))
                          .isEqualTo(
                              "messages[0].content[1].mime_type is "
                                  + type
                                  + ", but the data is "
                                  + other);
                    }
                  }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "\u0089PNG", "GIF90a", "RIFF\0\0\0\0WAVE", "x"})
    void areRefused_whenTheyBeginAsNothingKnown(String bytes) {
      assertThat(refusal(withImage("image/png", bytes)))
          .endsWith("is image/png, but the data does not begin as such an image does");
    }

    @Test
    void areTheProvidersToJudge_whenTheirTypeIsNotKnownHere() {
      assertThatCode(() -> read(withImage("image/heic", "\0\0\0\u0018ftypheic")))
          .doesNotThrowAnyException();
      assertThat(refusal(withImage("image/jpg", "\u00ff\u00d8\u00ff\u00e0")))
          .endsWith("is image/jpg, but the data is image/jpeg");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"iVBORw0KGgo", "iVBO Rw0K", "iVBORw0KGgo=\n", "data:image/png;base64,iVBO"})
    void areRefused_whenTheirBase64IsBroken(String data) {
      ObjectNode line = Requests.generate(1, "hi");
      line.withArray("/messages/0/content")
          .addObject()
          .put("type", "image")
          .put("mime_type", "image/png")
          .put("data", data);

      String sentence = refusal(line);

      assertThat(sentence)
          .matches(
              "messages\\[0\\].content\\[1\\].(data is not base64|mime_type is image/png, .*)");
    }
  }

  @Nested
  final class Schemas {
    private static ObjectNode withSchema(String schema) throws IOException {
      ObjectNode line = Requests.generate(1, "hi");
      line.set("response_schema", Json.mapper().readTree(schema));
      return line;
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "{\"type\": \"objekt\"}|response_schema.type is no type of JSON schema; did you mean 'object'?",
          "{\"type\": \"OBJECT\"}|response_schema.type is no type of JSON schema; did you mean 'object'?",
          "{\"type\": 5}|response_schema.type must be the name of a type, or a list of such names",
          "{\"type\": []}|response_schema.type must be the name of a type, or a list of such names",
          "{\"type\": [\"string\", 1]}|response_schema.type[1] must be the name of a type, or a list of such names",
          "{\"properties\": []}|response_schema.properties must be an object of schemas",
          "{\"properties\": {\"a\": 5}}|response_schema.properties.a must be a JSON schema, which is an object",
          "{\"properties\": {\"a\": {\"type\": \"array\", \"items\": \"string\"}}}|response_schema.properties.a.items must be a JSON schema, which is an object",
          "{\"required\": \"a\"}|response_schema.required must be a list of names",
          "{\"required\": [1]}|response_schema.required must be a list of names",
          "{\"enum\": \"a\"}|response_schema.enum must be a list of values",
          "{\"anyOf\": {}}|response_schema.anyOf must be a list of schemas",
          "{\"anyOf\": [{}, 1]}|response_schema.anyOf[1] must be a JSON schema, which is an object",
          "{\"minLength\": -1}|response_schema.minLength must be a whole number from 0",
          "{\"maximum\": \"9\"}|response_schema.maximum must be a number",
          "{\"$ref\": 1}|response_schema.$ref must be text",
        })
    void areRefusedWithTheirPlace(String schema, String sentence) throws IOException {
      assertThat(refusal(withSchema(schema))).isEqualTo(sentence);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{}",
          "{\"type\": [\"string\", \"null\"]}",
          "{\"type\": \"object\", \"properties\": {\"type\": {\"type\": \"string\"},"
              + " \"required\": {\"enum\": [1, null]}}, \"required\": [\"type\"],"
              + " \"additionalProperties\": false}",
          "{\"$defs\": {\"x\": {\"type\": \"integer\", \"minimum\": 1}}, \"items\": {\"$ref\": \"#/$defs/x\"}}",
          "{\"items\": [{}, true], \"x-vendor\": {\"anything\": [1]}, \"default\": 5}",
        })
    void areTakenWhenTheyAreSchemas(String schema) {
      assertThatCode(() -> read(withSchema(schema))).doesNotThrowAnyException();
    }

    @Test
    void areRefused_whenTheyAreNestedWithoutAnEnd() throws IOException {
      String deep = "{\"not\": ".repeat(Limits.SCHEMA_DEPTH_MAX + 1) + "{}";

      String sentence = refusal(withSchema(deep + "}".repeat(Limits.SCHEMA_DEPTH_MAX + 1)));

      assertThat(sentence).endsWith("must be nested no deeper than 64 levels");
    }
  }

  @Test
  void takesAPromptOfFiveMegabytes() {
    assertThatCode(() -> read(Requests.generate(1, "word ".repeat(1 << 20))))
        .doesNotThrowAnyException();
  }
}
