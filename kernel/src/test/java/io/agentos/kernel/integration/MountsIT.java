// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an agent may have mounted for one that it spawns: what it may itself read or write. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MountsIT {
  private static final Map<String, ?> PERMISSIONS =
      Map.of(
          "can_spawn",
          true,
          "filesystem",
          Map.of(
              "read", List.of("/workspace/**", "/tmp/**", "/fixed/**", "/run/**", "/proc/**"),
              "write", List.of("/workspace/out/**", "/workspace/closed/**", "/fixed/**"),
              "blocked", List.of("/workspace/closed/inner/**")));

  /** An agent that makes one call and prints the answer's code and sentence. */
  private static final String CALLER =
      """
      import json, os, socket, struct
      def call(opcode, fields):
          with socket.socket(socket.AF_UNIX) as s:
              s.connect(os.environ['AGENTOS_SOCKET'])
              body = json.dumps(fields).encode()
              s.sendall(struct.pack('<IIBQ', 0x41474E54, 0, opcode, len(body)) + body)
              size = struct.unpack('<IIBQ', s.recv(17, socket.MSG_WAITALL))[3]
              return json.loads(s.recv(size, socket.MSG_WAITALL))
      def spawn(name, command, *mounts):
          mounts = [dict(zip(('source', 'target', 'mode'), m)) for m in mounts]
          answer = call(0x10, {'name': name, 'command': command, 'mounts': mounts})
          print(answer.get('code', 'spawned'), answer.get('error', ''), flush=True)
          return call(0x13, {'name': name})['exit_code'] if 'id' in answer else None
      """;

  private KernelProcess kernel;
  private Operator operator;
  private SandboxedAgent parent;
  private Path victim;

  List<String> prefix() {
    return List.of();
  }

  @BeforeAll
  void start() throws IOException {
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
    victim = folder("victim");
    Files.setPosixFilePermissions(
        Files.writeString(victim.resolve("flag"), "theirs"),
        PosixFilePermissions.fromString("rw-rw-rw-"));
    List<Map<String, String>> mounts =
        List.of(
            Map.of("source", victim.toString(), "target", "/victim", "mode", "rw"),
            Map.of("source", victim.toString(), "target", "/fixed", "mode", "ro"),
            Map.of("source", victim.toString(), "target", "/workspace/over/inner", "mode", "ro"));
    parent =
        SandboxedAgent.start(
            kernel, operator, "parent", Map.of("mounts", mounts, "permissions", PERMISSIONS));
    parent.shell(
        "umask 0; mkdir -p own out/deep closed/inner closed/open keys/.ssh secrets/a/b;"
            + " echo mine > own/flag; echo 1 > own/one; ln own/one own/two; echo k > keys/.ssh/k;"
            + " echo s > secrets/a/b/.env; ln -s /victim door; ln -s own alias; echo t > /tmp/file;"
            + " mkfifo own/pipe");
  }

  private Path folder(String name) throws IOException {
    Path made = Files.createDirectory(kernel.folder().resolve(name));
    return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterAll
  void stop() throws IOException {
    parent.close();
    operator.close();
    kernel.close();
  }

  private JsonNode spawn(String name, String line, String source, String mode) throws IOException {
    Map<String, Object> fields = new HashMap<>();
    fields.put("name", name);
    fields.put("command", List.of("/bin/sh", "-c", line));
    fields.put(
        "mounts", List.of(Map.of("source", source, "target", "/workspace/data", "mode", mode)));
    return parent.call(Opcode.SPAWN, fields);
  }

  /** Runs a shell line in a child that has this mounted; what it said. */
  private String child(String line, String source, String mode) throws IOException {
    Expect.success(spawn("child", line, source, mode));
    operator.await("child");
    return operator.log("child");
  }

  @Test
  void showsAFolder_readOnlyUnlessAskedFor() throws IOException {
    String line = "cat data/flag; echo x > data/new || echo no; stat -c %u:%h data/flag";
    for (String source : List.of("/workspace/own", "/workspace/alias", "/workspace/out/../own/")) {
      assertThat(child(line, source, "ro"))
          .contains("stdout: mine", "Read-only file system", "stdout: no", "stdout: 1000:1");
    }
    assertThat(parent.workspace().resolve("own/new")).doesNotExist();
  }

  /** What the child leaves there is the parent's as if it had made it itself. */
  @Test
  void sharesAFolderThatMayBeWritten() throws IOException {
    child("echo made > data/by-child; mkdir -m 700 data/own", "/workspace/out/deep", "rw");
    assertThat(parent.shell("cat out/deep/by-child; stat -c %u out/deep/own"))
        .isEqualTo("made\n1000\n");
  }

  @Test
  void showsASingleFile() throws IOException {
    assertThat(child("cat data", "/workspace/own/flag", "ro")).contains("stdout: mine");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/workspace/../etc|ro|PERMISSION_DENIED|outside",
        "/etc|ro|PERMISSION_DENIED|outside",
        "/workspace/door|ro|PERMISSION_DENIED|/victim",
        "/workspace/door/flag|ro|PERMISSION_DENIED|/victim/flag",
        "/workspace/own/../../victim|ro|PERMISSION_DENIED|outside",
        "/workspace/own|rw|PERMISSION_DENIED|write",
        "/fixed|rw|PERMISSION_DENIED|read-only",
        "/workspace/own/one|ro|PERMISSION_DENIED|hard links",
        "/workspace/own/pipe|ro|INVALID_REQUEST|pipe",
        "/workspace/.bridge|ro|INVALID_REQUEST|socket",
        "/workspace/keys|ro|PERMISSION_DENIED|**/.ssh/**",
        "/workspace/keys/.ssh|ro|PERMISSION_DENIED|**/.ssh/**",
        "/workspace/secrets|ro|PERMISSION_DENIED|**/.env",
        "/workspace/closed|ro|PERMISSION_DENIED|/workspace/closed/inner/**",
        "/workspace/closed/inner|ro|PERMISSION_DENIED|/workspace/closed/inner/**",
        "/workspace|ro|PERMISSION_DENIED|/workspace/closed/inner/**",
        "/workspace/over|ro|PERMISSION_DENIED|/workspace/over/inner",
        "/tmp|ro|PERMISSION_DENIED|sandbox's own",
        "/tmp/file|ro|PERMISSION_DENIED|sandbox's own",
        "/run/agentos.sock|ro|PERMISSION_DENIED|/run/**",
        "/proc/self/root/victim|ro|NOT_FOUND|no such",
        "/proc/1/root|ro|INVALID_REQUEST|symbolic links",
        "/proc|ro|PERMISSION_DENIED|/proc/**",
        "/usr|ro|PERMISSION_DENIED|outside",
        "/workspace/nothing|ro|NOT_FOUND|no such",
        "workspace/own|ro|INVALID_REQUEST|absolute",
      })
  void refusesWhatTheParentMayNot(String source, String mode, String code, String named)
      throws IOException {
    Expect.refusal(spawn("child", "true", source, mode), code, named);
  }

  @Test
  void showsPartsBesideWhatIsBlocked() throws IOException {
    assertThat(child("ls -d data && echo shown", "/workspace/closed/open", "rw")).contains("shown");
    assertThat(child("cat data/flag", "/fixed", "ro")).contains("theirs");
    assertThat(child("cat data/flag", "/workspace/over/inner", "ro")).contains("theirs");
  }

  /** The host's paths mean nothing to it, however well it guesses them. */
  @Test
  void findsNothingOfTheHosts() throws IOException {
    operator.sleeper("stranger", Map.of());
    Path strangers = kernel.folder().resolve("state/workspaces");
    for (Path path : List.of(strangers, kernel.socket(), victim, parent.workspace())) {
      JsonNode answer = spawn("child", "true", path.toString(), "ro");
      assertThat(answer.path("code").asText()).isIn("NOT_FOUND", "PERMISSION_DENIED");
    }
    operator.kill("stranger");
  }

  /**
   * The owner's rights on what belongs to others are not the parent's, so they aren't the child's.
   */
  @Test
  @Tag("root") // files of someone else
  void givesNoRightsToOthersFiles() throws IOException {
    Path theirs = Files.createDirectory(parent.workspace().resolve("others"));
    Path key = Files.writeString(theirs.resolve("key"), "private");
    Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    for (Path path : List.of(theirs, key)) {
      Files.setAttribute(path, "unix:uid", 4321);
      Files.setAttribute(path, "unix:gid", 4321);
    }
    assertThat(child("id -u; cat data/key", "/workspace/others", "ro"))
        .contains("Permission denied")
        .doesNotContain("private");
    Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwx------"));
    Expect.refusal(
        spawn("child", "true", "/workspace/others", "ro"), "PERMISSION_DENIED", "looked at");
  }

  /** What a child got it may pass on, and no more of it. */
  @Test
  void staysAsNarrowFromChildToChild() throws IOException {
    String program =
        CALLER
            + """
            own = ('/workspace/own/deep', '/workspace/x')
            print(spawn('a', ['/bin/cat', '/workspace/x/flag'], own))
            print(spawn('b', ['/bin/true'], (*own, 'rw')))
            print(spawn('c', ['/bin/true'], ('/workspace/own/../../etc', '/workspace/x')))
            os.mkdir('/workspace/mine')
            print(spawn('d', ['/bin/sh', '-c', 'echo > /workspace/x/y'], ('/workspace/mine', '/workspace/x', 'rw')))
            """;
    parent.shell("mkdir -p own/deep; echo deep > own/deep/flag");
    Map<String, ?> fields =
        Map.of(
            "name",
            "middle",
            "command",
            List.of("/usr/bin/python3", "-c", program),
            "permissions",
            Map.of("can_spawn", true),
            "mounts",
            List.of(Map.of("source", "/workspace/own", "target", "/workspace/own")));
    Expect.success(parent.call(Opcode.SPAWN, fields));
    operator.await("middle");
    assertThat(operator.log("middle").split("\n"))
        .satisfiesExactly(
            line -> assertThat(line).contains("spawned"),
            line -> assertThat(line).isEqualTo("stdout: 0"),
            line -> assertThat(line).contains("PERMISSION_DENIED", "write"),
            line -> assertThat(line).contains("None"),
            line -> assertThat(line).contains("PERMISSION_DENIED", "outside"),
            line -> assertThat(line).contains("None"),
            line -> assertThat(line).contains("PERMISSION_DENIED", "write"),
            line -> assertThat(line).contains("None"),
            line -> assertThat(line).contains("exited with code 0"));
    assertThat(operator.log("a")).contains("stdout: deep");
  }

  /** Beside a script, what is masked for its own agent is not seen by another one either. */
  @Test
  void doesNotUnmaskTheSecretsBesideAScript() throws IOException {
    Path project = folder("project");
    Files.createDirectory(project.resolve(".git"));
    Files.createDirectory(project.resolve("part"));
    Files.setPosixFilePermissions(
        project.resolve("part"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Path script = project.resolve("agent.py");
    Files.writeString(
        script,
        CALLER
            + """
            spawn('e', ['/bin/true'], ('/agent', '/workspace/x'))
            spawn('f', ['/bin/true'], ('/agent/.git', '/workspace/x'))
            spawn('g', ['/bin/true'], ('/agent/part', '/workspace/x'))
            """);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
    Map<String, ?> fields =
        Map.of(
            "name",
            "scripted",
            "script",
            script.toString(),
            "permissions",
            Map.of("can_spawn", true));
    Expect.success(operator.call(Opcode.SPAWN, fields));
    operator.await("scripted");
    assertThat(operator.log("scripted").split("\n"))
        .satisfiesExactly(
            line -> assertThat(line).contains("PERMISSION_DENIED", "/agent/.env"),
            line -> assertThat(line).contains("PERMISSION_DENIED", "sandbox's own"),
            line -> assertThat(line).contains("spawned"),
            line -> assertThat(line).contains("exited"));
  }

  /** An agent without a sandbox sees the host; the kernel's own files it can't give away. */
  @Test
  void neverShowsTheKernelsOwn() throws IOException {
    String program =
        CALLER
            + """
            import sys
            for source in sys.argv[1:]:
                spawn('h', ['/bin/true'], (source, '/workspace/x'))
            """;
    Path open = folder("open");
    Path link = Files.createSymbolicLink(open.resolve("link"), kernel.folder().resolve("state"));
    List<String> command =
        List.of(
            "/usr/bin/python3",
            "-c",
            program,
            kernel.folder().resolve("state").toString(),
            kernel.folder().resolve("state/workspaces").toString(),
            kernel.folder().toString(),
            kernel.folder().resolve("run").toString(),
            link.toString(),
            "/",
            "/proc/self/root" + kernel.folder() + "/open",
            open.toString());
    operator.spawn(
        "free",
        command,
        Map.of(
            "sandboxed",
            false,
            "permissions",
            Map.of("level", "unrestricted", "filesystem", Map.of("blocked", List.of()))));
    operator.await("free");
    String[] lines = operator.log("free").split("\n");
    for (int i = 0; i < 6; i++) {
      assertThat(lines[i]).contains("PERMISSION_DENIED", "kernel's own");
    }
    assertThat(lines[6]).contains("INVALID_REQUEST", "links");
    assertThat(lines[7]).contains("spawned");
  }

  @Test
  void needsTheRightToReadAndToWrite() throws IOException {
    for (String right : List.of("can_write", "can_read")) {
      Map<String, ?> narrowed = Map.of("permissions", Map.of(right, false, "can_spawn", true));
      try (SandboxedAgent bound = SandboxedAgent.start(kernel, operator, "bound", narrowed)) {
        Map<String, ?> mount =
            Map.of("source", "/workspace", "target", "/workspace/x", "mode", "rw");
        Map<String, ?> fields =
            Map.of("name", "child", "command", List.of("/bin/true"), "mounts", List.of(mount));
        Expect.refusal(bound.call(Opcode.SPAWN, fields), "PERMISSION_DENIED", right);
      }
    }
  }

  @Test
  void givesNoMemoryOfTheHosts() throws IOException {
    Map<String, ?> mount = Map.of("target", "/mem", "mode", "tmpfs", "size", "64G");
    Map<String, ?> fields =
        Map.of("name", "child", "command", List.of("/bin/true"), "mounts", List.of(mount));
    Expect.refusal(parent.call(Opcode.SPAWN, fields), "PERMISSION_DENIED", "tmpfs", "operator");
  }
}
