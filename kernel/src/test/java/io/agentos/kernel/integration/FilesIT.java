// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** READ and WRITE of a sandboxed agent: whose files, whose rights, and what is judged. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesIT {
  private static final Map<String, ?> ANY_PATH =
      Map.of("filesystem", Map.of("read", List.of("/**"), "write", List.of("/**")));

  private static final String GROUP = "54322";

  private KernelProcess kernel;
  private Operator operator;
  private SandboxedAgent agent;

  /** Words before the kernel's command; a service's user may well be in groups of its own. */
  List<String> prefix() {
    return Procs.isRoot() ? List.of("setpriv", "--groups", GROUP) : List.of();
  }

  @BeforeAll
  void start() throws IOException {
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
    agent = SandboxedAgent.start(kernel, operator, "files", Map.of());
  }

  @AfterAll
  void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
  }

  private JsonNode read(String path) throws IOException {
    return agent.call(Opcode.READ, Map.of("path", path));
  }

  private JsonNode write(String path, String content) throws IOException {
    return agent.call(Opcode.WRITE, Map.of("path", path, "content", content));
  }

  private JsonNode write(String path, String content, String mode) throws IOException {
    return agent.call(Opcode.WRITE, Map.of("path", path, "content", content, "mode", mode));
  }

  /** A READ of a FIFO once blocked a predecessor for everybody. */
  @ParameterizedTest
  @CsvSource({
    "/workspace/folder,folder",
    "/workspace/fifo,device",
    "/workspace/socket,device",
    "/workspace/link-to-fifo,device",
    "/dev/zero,device",
    "/workspace/folder/,folder",
    "/workspace/.,folder",
    "/,folder",
  })
  void refusesWhatIsNoRegularFile_withoutWaiting(String path, String named) throws IOException {
    operator.call(
        Opcode.SET_PERMS,
        Map.of(
            "agent_id",
            agent.id(),
            "permissions",
            Map.of(
                "filesystem",
                Map.of("read", List.of("/**"), "write", List.of("/**")),
                "level",
                "unrestricted")));
    agent.shell(
        "mkdir -p folder; [ -p fifo ] || mkfifo fifo; ln -sf fifo link-to-fifo; [ -S socket ] || "
            + "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'");
    Expect.refusal(read(path), "INVALID_REQUEST", named);
    assertThat(write(path, "x").get("success").asBoolean()).isFalse();
    assertThat(write(path, "x", "append").get("success").asBoolean()).isFalse();
    assertThat(write(path, "x", "create").get("success").asBoolean()).isFalse();
    operator.call(Opcode.SET_PERMS, Map.of("agent_id", agent.id(), "level", "sandboxed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/workspace/missing", "/workspace/no/such/folder", "/workspace/round/x"})
  void saysNotFound(String path) throws IOException {
    write("/workspace/round", "x");
    Expect.refusal(read(path), "NOT_FOUND", path);
    if (!path.endsWith("missing")) {
      Expect.refusal(write(path, "x"), "NOT_FOUND", path);
      assertThat(agent.workspace().resolve("no")).doesNotExist();
    }
  }

  /** The string is never judged, only what was really opened. */
  @ParameterizedTest
  @CsvSource({
    "/workspace/to-usr/os-release",
    "/workspace/to-etc-file",
    "/workspace/../usr/lib/os-release",
    "/workspace/./../workspace/../etc/passwd",
    "/workspace/deep/../../etc/passwd",
    "/usr/lib/os-release",
    "/tmp/../etc/passwd",
  })
  void refusesWhatLiesOutside_howeverItIsReached(String path) throws IOException {
    agent.shell("mkdir -p deep; ln -sfn /usr/lib to-usr; ln -sfn /etc/passwd to-etc-file");
    Expect.refusal(read(path), "PERMISSION_DENIED", "outside this agent's read paths");
    assertThat(write(path, "x").get("code").asText()).isEqualTo("PERMISSION_DENIED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/self/root/etc/passwd",
        "/proc/self/environ",
        "/proc/1/environ",
        "/proc/self/cwd/x",
        "/proc/self/fd/0",
        "/proc/thread-self/environ",
        "/workspace/to-proc/self/environ",
        "/workspace/to-root/etc/shadow",
      })
  void reachesNothingOfTheKernelsThroughProc(String path) throws IOException {
    agent.shell("ln -sfn /proc to-proc; ln -sfn /proc/self/root to-root");
    for (Map<String, ?> permissions : List.<Map<String, ?>>of(Map.of(), ANY_PATH)) {
      operator.call(
          Opcode.SET_PERMS,
          Map.of("agent_id", agent.id(), "level", "sandboxed", "permissions", permissions));
      JsonNode answer = read(path);
      assertThat(answer.get("success").asBoolean()).as(answer.toString()).isFalse();
    }
    operator.call(Opcode.SET_PERMS, Map.of("agent_id", agent.id(), "level", "sandboxed"));
  }

  @Test
  void followsLinksWithinTheWorkspace() throws IOException {
    agent.shell(
        "mkdir -p deep; printf here > deep/file; ln -sfn deep/file near; ln -sfn /workspace/deep far");
    assertThat(read("/workspace/near").get("content").asText()).isEqualTo("here");
    assertThat(read("/workspace/far/file").get("content").asText()).isEqualTo("here");
    assertThat(read("/workspace/far/../deep/file").get("content").asText()).isEqualTo("here");
    agent.shell("ln -sfn loop loop");
    assertThat(read("/workspace/loop").get("success").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".env", "deep/er/.env", "innocent", ".env.local", "deep/../.env", ".ssh/config"})
  void refusesBlockedNames_whereverTheyLie(String name) throws IOException {
    agent.shell(
        "mkdir -p deep/er .ssh; for f in .env deep/er/.env .env.local .ssh/config; do echo KEY > $f; done; ln -sfn .env innocent");
    Expect.refusal(read("/workspace/" + name), "PERMISSION_DENIED", "blocked");
    Expect.refusal(write("/workspace/" + name, "x"), "PERMISSION_DENIED", "blocked");
    assertThat(agent.shell("cat .env")).isEqualTo("KEY\n");
  }

  @Test
  void seesItsOwnTmpAndSystem_notTheHosts() throws IOException {
    Path onHost = Files.writeString(kernel.folder().resolve("only-on-host"), "host");
    assertThat(read(onHost.toString()).get("success").asBoolean()).isFalse();
    agent.shell("printf inside > /tmp/only-inside");
    assertThat(read("/tmp/only-inside").get("content").asText()).isEqualTo("inside");
    assertThat(write("/tmp/by-write", "w").get("success").asBoolean()).isTrue();
    assertThat(agent.shell("cat /tmp/by-write")).isEqualTo("w");
    assertThat(Path.of("/tmp/by-write")).doesNotExist();
  }

  @Test
  void neverUsesTheKernelsRights() throws IOException {
    Path folder = Files.createDirectory(kernel.folder().resolve("mounted"));
    Path secret = Files.writeString(folder.resolve("secret"), "of someone else");
    Path ofGroup = Files.writeString(folder.resolve("of-group"), "of the kernel's group");
    Files.setPosixFilePermissions(secret, Set.of());
    Files.setPosixFilePermissions(ofGroup, Set.of());
    if (Procs.isRoot()) {
      Files.setAttribute(secret, "unix:uid", 54_321);
      Files.setAttribute(ofGroup, "unix:gid", Integer.valueOf(GROUP));
      Files.setPosixFilePermissions(ofGroup, PosixFilePermissions.fromString("---rw----"));
    }
    Map<String, ?> mount = Map.of("source", folder.toString(), "target", "/mounted", "mode", "rw");
    Map<String, ?> fields = Map.of("mounts", List.of(mount), "permissions", ANY_PATH);
    try (SandboxedAgent other = SandboxedAgent.start(kernel, operator, "rights", fields)) {
      for (String path : new String[] {"/mounted/secret", "/mounted/of-group", "/usr/bin/env"}) {
        Map<String, String> append = Map.of("path", path, "content", "x", "mode", "append");
        Expect.refusal(other.call(Opcode.WRITE, append), "PERMISSION_DENIED", "the system refuses");
      }
      for (String path : new String[] {"/mounted/secret", "/mounted/of-group"}) {
        JsonNode answer = other.call(Opcode.READ, Map.of("path", path));
        Expect.refusal(answer, "PERMISSION_DENIED", "the system refuses");
      }
    }
  }

  @Test
  void leavesNothingBehind_whenThereIsNoSpace() throws IOException {
    agent.shell("head -c 70000000 /dev/zero > /tmp/fill || true");
    Expect.refusal(write("/tmp/one-more", "x".repeat(100_000)), "RESOURCE_EXHAUSTED", "space");
    assertThat(agent.shell("ls -A /tmp | grep -c agentos-tmp || true")).isEqualTo("0\n");
    agent.shell("rm -f /tmp/fill");
    assertThat(write("/tmp/one-more", "x").get("success").asBoolean()).isTrue();
  }
}
