// SPDX-License-Identifier: MIT
package io.agentos.cli.perms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.permission.PermissionSpec;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PermissionsFileTest {
  /** What is used of a quota is told, not set. */
  private static final Set<String> TOLD = Set.of("llm.tokens_used", "llm.calls_made", "llm.cost");

  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("permissions.toml"), text);
  }

  @Test
  void knowsTheNamesOfTheProtocol() {
    Set<String> names = names(PermissionSpec.class, "");
    names.removeAll(TOLD);
    assertThat(PermissionsFile.NAMES).containsExactlyInAnyOrderElementsOf(names);
  }

  private static Set<String> names(Class<?> type, String prefix) {
    Set<String> names = new TreeSet<>();
    for (RecordComponent field : type.getRecordComponents()) {
      String name =
          prefix + field.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
      if (field.getType().isRecord()) {
        names.addAll(names(field.getType(), name + "."));
      } else {
        names.add(name);
      }
    }
    return names;
  }

  @Test
  void readsTablesAndLists() throws IOException {
    Path file =
        file(
            "can_exec = false\nnetwork = [\"a.example\"]\n[filesystem]\nread = []\n[llm]\nmax_calls = 5\n");
    assertThat(PermissionsFile.read(file).toString())
        .isEqualTo(
            "{can_exec=false, network=[a.example], filesystem={read=[]}, llm={max_calls=5}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "can_reed = true|can_read",
        "[filesystem]\\nreads = []|filesystem.read",
        "[paths]\\nread = []|\"paths\"",
        "read = []|\"read\"",
        "\"filesystem.read\" = []|filesystem.read",
        "can_read = |no valid TOML",
        "can_read = true\\ncan_read = false|no valid TOML",
      })
  void refusesWhatItDoesNotKnow_namingTheNearest(String text, String named) throws IOException {
    Path file = file(text.replace("\\n", "\n"));
    assertThatThrownBy(() -> PermissionsFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(named);
  }

  @Test
  void saysWhenThereIsNoFile() {
    assertThatThrownBy(() -> PermissionsFile.read(folder.resolve("none")))
        .hasMessageContaining("there is no file");
  }
}
