// SPDX-License-Identifier: MIT
package io.agentos.cli.perms;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.agentos.kernel.base.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of permissions: TOML with the names of the protocol's permissions object. What the values
 * must be is the kernel's to say.
 */
public final class PermissionsFile {
  /** Larger than any that the kernel would take. */
  private static final long MOST_BYTES = 1 << 20;

  /** All names, those within a table with its name before them. */
  static final List<String> NAMES =
      List.of(
          "level",
          "can_exec",
          "can_read",
          "can_write",
          "can_think",
          "can_spawn",
          "can_http",
          "filesystem.read",
          "filesystem.write",
          "filesystem.blocked",
          "exec",
          "blocked_commands",
          "network",
          "llm.max_tokens",
          "llm.max_calls",
          "llm.max_cost",
          "max_exec_time_ms",
          "secrets");

  private PermissionsFile() {}

  /**
   * The permissions object.
   *
   * @throws IOException saying what is wrong with the file, and what would be right
   */
  public static Map<String, @Nullable Object> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "--permissions: there is no file " + file + "; give one, or a JSON object in braces");
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + " is larger than " + MOST_BYTES + " bytes; no permissions are");
    }
    try {
      Map<String, @Nullable Object> permissions =
          new TomlMapper().readValue(file.toFile(), new TypeReference<>() {});
      check(permissions, "", file);
      return permissions;
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is no valid TOML: " + e.getOriginalMessage(), e);
    }
  }

  private static void check(Map<?, ?> table, String prefix, Path file) throws IOException {
    for (Map.Entry<?, ?> entry : table.entrySet()) {
      String name = prefix + entry.getKey();
      boolean isTable = NAMES.stream().anyMatch(known -> known.startsWith(name + "."));
      if (isTable && prefix.isEmpty() && entry.getValue() instanceof Map<?, ?> inner) {
        check(inner, name + ".", file);
      } else if (!NAMES.contains(name) || String.valueOf(entry.getKey()).contains(".")) {
        throw new IOException(
            "unknown name \""
                + name
                + "\" in "
                + file
                + "; did you mean \""
                + Nearest.to(name, NAMES)
                + "\"?");
      }
    }
  }
}
