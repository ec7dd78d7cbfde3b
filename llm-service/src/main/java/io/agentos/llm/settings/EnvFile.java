// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.util.HashMap;
import java.util.Map;

/** Reads NAME=VALUE lines: comments, "export" and quotes as usual, nothing is expanded. */
final class EnvFile {
  private static final String EXPORT = "export ";

  private EnvFile() {}

  /** The variables of a file; lines of other shapes are for other readers and are passed over. */
  static Map<String, String> parse(String text) {
    Map<String, String> variables = new HashMap<>();
    for (String raw : text.lines().toList()) {
      String line = raw.strip();
      int equals = line.indexOf('=');
      if (line.startsWith("#") || equals <= 0) {
        continue;
      }
      String name = line.substring(0, equals).strip();
      if (name.startsWith(EXPORT)) {
        name = name.substring(EXPORT.length()).strip();
      }
      variables.put(name, value(line.substring(equals + 1).strip()));
    }
    return variables;
  }

  private static String value(String raw) {
    if (raw.startsWith("\"") || raw.startsWith("'")) {
      int end = raw.indexOf(raw.charAt(0), 1);
      return end < 0 ? raw : raw.substring(1, end);
    }
    int comment = raw.indexOf(" #");
    return comment < 0 ? raw : raw.substring(0, comment).strip();
  }
}
