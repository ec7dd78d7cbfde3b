// SPDX-License-Identifier: MIT
package io.agentos.cli.perms;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.cli.client.Fields;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Judged by what the kernel makes of the file. */
final class LearnedFileTest {
  @TempDir private Path folder;
  private final List<Map<String, Object>> uses = new ArrayList<>();

  private void used(String kind, String subject) {
    uses.add(Map.of("kind", kind, "subject", subject, "count", 1L));
  }

  private String text() {
    return LearnedFile.of(Fields.of(Map.of("complete", true, "uses", uses)), "agent");
  }

  private Permissions granted() throws IOException {
    Path file = Files.writeString(folder.resolve("p.toml"), text());
    PermissionSpec spec =
        Json.MAPPER.convertValue(PermissionsFile.read(file), PermissionSpec.class);
    return Permissions.grant(spec, PermissionLevel.SANDBOXED);
  }

  @Test
  void allowsNothing_whenNothingWasUsed() throws IOException {
    Permissions none = granted();
    assertThat(none.flags())
        .isEqualTo(new Permissions.Flags(false, false, false, false, false, false));
    assertThat(none.paths().whyNotRead("/workspace/x")).isNotNull();
    assertThat(none.domains().patterns()).isEmpty();
  }

  @Test
  void allowsWhatWasUsed_andNothingBesides() throws IOException {
    used("right", "can_read");
    used("right", "can_exec");
    used("right", "can_http");
    used("read", "/workspace/a b/in.txt");
    used("exec", "git");
    used("http", "example.com:443");
    Permissions granted = granted();
    assertThat(granted.flags())
        .isEqualTo(new Permissions.Flags(true, true, false, false, false, true));
    assertThat(granted.paths().whyNotRead("/workspace/a b/in.txt")).isNull();
    assertThat(granted.paths().whyNotRead("/workspace/a b/other.txt")).isNotNull();
    assertThat(granted.paths().whyNotWrite("/workspace/a b/in.txt")).isNotNull();
    assertThat(granted.commands().whyNot("git status")).isNull();
    assertThat(granted.commands().whyNot("git; ls")).isNotNull();
    assertThat(granted.domains().allows("example.com", 443)).isTrue();
    assertThat(granted.domains().allows("example.com", 80)).isFalse();
    assertThat(granted.domains().allows("www.example.com", 443)).isFalse();
  }

  @Test
  void namesAFolder_onlyAboveSoManyOfItsFiles() throws IOException {
    for (int i = 0; i < LearnedFile.MOST_FILES_OF_A_FOLDER; i++) {
      used("write", "/workspace/few/" + i);
    }
    for (int i = 0; i <= LearnedFile.MOST_FILES_OF_A_FOLDER; i++) {
      used("write", "/workspace/many/" + i);
      used("write", "/" + i);
    }
    Permissions granted = granted();
    assertThat(granted.paths().whyNotWrite("/workspace/few/other")).isNotNull();
    assertThat(granted.paths().whyNotWrite("/workspace/many/other")).isNull();
    assertThat(granted.paths().whyNotWrite("/workspace/other")).isNotNull();
    assertThat(granted.paths().whyNotWrite("/other")).as("all of / is no folder").isNotNull();
    assertThat(text()).doesNotContain("**").contains("WRITE of 9 files");
  }

  /** Files and programs that are called like a rule for many. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/workspace/*",
        "/workspace/**",
        "/**",
        "/*",
        "/workspace/?",
        "/workspace/a*/b",
        "/workspace/\"]\nblocked_commands = []\nread = [\"/**",
        "/workspace/# \n[filesystem]\nread = [\"/**\"]",
        "/workspace/\\",
        "/workspace/\u0001",
        "~",
      })
  void isNotTalkedIntoMore(String subject) throws IOException {
    for (String kind : List.of("read", "write", "exec", "http")) {
      used("right", kind.equals("http") ? "can_http" : "can_" + kind);
    }
    used("read", subject.startsWith("~") ? "/workspace/~/x" : subject);
    used("write", subject.startsWith("~") ? "/workspace/~/x" : subject);
    used("exec", subject);
    Permissions granted = granted();
    for (String other : List.of("/workspace/other", "/etc/passwd", "/x", "/workspace/ab/b")) {
      assertThat(granted.paths().whyNotRead(other)).as("%s", text()).isNotNull();
      assertThat(granted.paths().whyNotWrite(other)).isNotNull();
    }
    if (granted.canExec()) {
      assertThat(granted.commands().whyNot("ls")).isNotNull();
    }
    assertThat(granted.commands().whyNot("sudo ls")).isNotNull();
  }

  @Test
  void staysWithinWhatTheKernelTakes_andSaysWhatIsMissing() throws IOException {
    for (int i = 0; i < 300; i++) {
      used("read", "/workspace/" + i + "/file");
    }
    used("read", "/workspace/" + "x".repeat(600));
    used("unclear", "");
    granted();
    assertThat(text()).contains("44 left out", "1 left out", "only a shell can tell");
    Fields cut = Fields.of(Map.of("complete", false, "uses", List.of()));
    assertThat(LearnedFile.of(cut, "agent\nlevel = \"x\""))
        .contains("incomplete")
        .doesNotContain("\nlevel = \"x");
  }
}
