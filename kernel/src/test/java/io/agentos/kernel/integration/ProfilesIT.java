// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator can add to a sandbox, how far it goes, and that an agent can add nothing. */
final class ProfilesIT {
  private static KernelProcess kernel;
  private static Operator operator;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  private static JsonNode spawn(Map<String, ?> more) throws IOException {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("name", "refused");
    fields.put("command", List.of("/bin/true"));
    return operator.call(Opcode.SPAWN, fields);
  }

  @Test
  void mountsAreWhatTheySay() throws IOException {
    Path shown = Files.createTempDirectory(kernel.folder(), "shown-");
    Files.setPosixFilePermissions(shown, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(shown.resolve("here"), "text");
    Map<String, ?> fields =
        Map.of(
            "mounts",
            List.of(
                Map.of("source", shown.toString(), "target", "/ro"),
                Map.of("source", shown.toString(), "target", "/rw", "mode", "rw"),
                Map.of("target", "/mem", "mode", "tmpfs", "size", "1M")));
    try (SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "mounts", fields)) {
      assertThat(agent.shell("cat /ro/here; echo x > /ro/new || echo no")).isEqualTo("textno\n");
      String remount = "ctypes.CDLL(None).mount(None, b'/ro', None, 32, None)";
      assertThat(agent.shell("/usr/bin/python3 -c \"import ctypes; print(" + remount + ")\""))
          .isEqualTo("-1\n");
      agent.shell("echo y > /rw/new");
      assertThat(shown.resolve("new")).hasContent("y");
      assertThat(agent.shell("head -c 3000000 /dev/zero > /mem/full; wc -c < /mem/full").strip())
          .isEqualTo(String.valueOf(1 << 20));
      // A set-user-id program and a device would be the way out of a folder on the host.
      assertThat(agent.shell("cp /bin/true /rw/suid; chmod u+s /rw/suid 2>/dev/null || echo no"))
          .isEqualTo("no\n");
      assertThat(agent.shell("mknod /mem/null c 1 3 2>/dev/null || echo no")).isEqualTo("no\n");
    }
  }

  @Test
  void anAllowedSystemCallIsLetThroughForThatAgentAlone() throws IOException {
    String attempt =
        "import ctypes; libc = ctypes.CDLL(None, use_errno=True);"
            + " libc.personality(0x0040000); print(ctypes.get_errno())";
    operator.python("with", attempt, Map.of("allow_syscalls", List.of("personality")));
    operator.python("without", attempt, Map.of());
    operator.await("with");
    operator.await("without");
    assertThat(operator.log("with")).contains("stdout: 0\n");
    assertThat(operator.log("without")).contains("stdout: 1\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount",
        "unshare",
        "setns",
        "bpf",
        "keyctl",
        "open_by_handle_at",
        "chroot",
        "no_such"
      })
  void whatBreaksASandboxCanNotBeAllowed(String name) throws IOException {
    JsonNode refusal = spawn(Map.of("allow_syscalls", List.of(name)));
    assertThat(refusal.path("code").asText()).isEqualTo("INVALID_REQUEST");
    assertThat(refusal.path("error").asText()).contains(name, "ptrace");
  }

  @Test
  void aFolderInMemoryHasASizeAndNoSource() throws IOException {
    for (Map<String, String> mount :
        List.of(
            Map.of("target", "/m", "mode", "tmpfs"),
            Map.of("target", "/m", "mode", "tmpfs", "size", "1"),
            Map.of("target", "/m", "mode", "tmpfs", "size", "100000G"),
            Map.of("target", "/m", "mode", "tmpfs", "size", "much"),
            Map.of("target", "/proc", "mode", "tmpfs", "size", "1M"),
            Map.of("target", "/m", "mode", "tmpfs", "size", "1M", "source", "/tmp"),
            Map.of("target", "/m", "source", "/tmp", "size", "1M"))) {
      JsonNode refusal = spawn(Map.of("mounts", List.of(mount)));
      assertThat(refusal.path("code").asText()).as(mount.toString()).isEqualTo("INVALID_REQUEST");
    }
  }

  @Test
  void anAgentAddsNothingToItsChildren() throws IOException {
    Map<String, ?> permissions = Map.of("permissions", Map.of("can_spawn", true));
    try (SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "parent", permissions)) {
      for (Map<String, ?> more :
          List.of(
              Map.of("mounts", List.of(Map.of("source", "/etc", "target", "/m"))),
              Map.of("mounts", List.of(Map.of("target", "/m", "mode", "tmpfs", "size", "1M"))),
              Map.of("allow_syscalls", List.of("ptrace")),
              Map.of("network", "host"),
              Map.of("network", true),
              Map.of("workspace", "/etc"))) {
        Map<String, Object> fields = new HashMap<>(more);
        fields.put("name", "child");
        fields.put("command", List.of("/bin/true"));
        JsonNode refusal = agent.call(Opcode.SPAWN, fields);
        assertThat(refusal.path("code").asText())
            .as(more.toString())
            .isEqualTo("PERMISSION_DENIED");
      }
    }
  }
}
