// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.agentos.kernel.audit.Subjects;
import io.agentos.kernel.wire.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a request is about, in a few words that hold no secret. */
final class AuditSubject {
  /** More than an entry takes, as it is still to be looked through. */
  private static final int LONGEST = 32 * 1024;

  /**
   * Fields that say it: the first that is there. What is written, sent or set is not among them.
   */
  private static final List<String> FIELDS =
      List.of("path", "url", "name", "command", "argv", "script", "id", "agent_id", "to");

  private AuditSubject() {}

  /** Empty when nothing says it, also because the request is no JSON. */
  static String of(byte[] request) {
    Map<String, String> found = new HashMap<>();
    try (JsonParser parser = Json.MAPPER.createParser(request)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        read(parser, found);
      }
    } catch (IOException broken) {
      // What was found until there has to do.
    }
    return FIELDS.stream().filter(found::containsKey).map(found::get).findFirst().orElse("");
  }

  private static void read(JsonParser parser, Map<String, String> found) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!FIELDS.contains(name)) {
        parser.skipChildren();
      } else if (value == JsonToken.START_ARRAY) {
        found.put(name, words(parser));
      } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
        String text = parser.getText();
        found.put(name, name.equals("url") ? Subjects.url(text) : Subjects.cut(text));
      } else {
        parser.skipChildren();
      }
      if (found.containsKey(FIELDS.get(0))) {
        return; // nothing counts more, and what is written may be long
      }
    }
  }

  private static String words(JsonParser parser) throws IOException {
    StringBuilder words = new StringBuilder();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken().isScalarValue() && words.length() < LONGEST) {
        words.append(words.length() == 0 ? "" : " ").append(parser.getText());
      }
      parser.skipChildren();
    }
    return Subjects.cut(words.toString());
  }
}
