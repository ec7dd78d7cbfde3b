// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code FIELD=VALUE} words as the fields of SET_PERMS. */
final class PermissionChange {
  private static final Set<String> FLAGS =
      Set.of("can_exec", "can_read", "can_write", "can_think", "can_spawn", "can_http");
  private static final Set<String> LISTS =
      Set.of(
          "filesystem.read",
          "filesystem.write",
          "filesystem.blocked",
          "exec",
          "blocked_commands",
          "network");
  private static final Set<String> NUMBERS =
      Set.of("llm.max_tokens", "llm.max_calls", "max_exec_time_ms");

  private PermissionChange() {}

  static Map<String, Object> nothing() {
    return new LinkedHashMap<>();
  }

  /**
   * The request, without the agent.
   *
   * @throws IllegalArgumentException naming the word and what would be right
   */
  static Map<String, Object> request(List<String> words) {
    Map<String, Object> permissions = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("\"" + word + "\" is not of the form FIELD=VALUE");
      }
      String field = word.substring(0, equals);
      put(permissions, field, value(field, word.substring(equals + 1)));
    }
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("permissions", permissions);
    return request;
  }

  private static Object value(String field, String text) {
    if (field.equals("level")) {
      return text;
    }
    if (LISTS.contains(field)) {
      return text.isEmpty() ? List.of() : List.of(text.split(","));
    }
    if (FLAGS.contains(field)) {
      if (!text.matches("true|false")) {
        throw new IllegalArgumentException(field + " must be true or false, was \"" + text + "\"");
      }
      return Boolean.valueOf(text);
    }
    if (NUMBERS.contains(field)) {
      if (!text.matches("\\d{1,18}")) {
        throw new IllegalArgumentException(
            field + " must be a whole number, 0 or more, was \"" + text + "\"");
      }
      return Long.valueOf(text);
    }
    throw new IllegalArgumentException(
        "there is no field \"" + field + "\" in permissions; --help lists them");
  }

  @SuppressWarnings("unchecked") // only maps are put under these names
  private static void put(Map<String, Object> permissions, String field, Object value) {
    int dot = field.indexOf('.');
    if (dot < 0) {
      permissions.put(field, value);
      return;
    }
    Object inner =
        permissions.computeIfAbsent(field.substring(0, dot), name -> new LinkedHashMap<>());
    ((Map<String, Object>) inner).put(field.substring(dot + 1), value);
  }
}
