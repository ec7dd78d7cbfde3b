// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Starting and stopping the daemon, gently and not; as root and as a user without privileges.
 * Mostly waits for processes to start and to end, so it runs beside others.
 */
@Execution(ExecutionMode.CONCURRENT)
final class DaemonIT {
  private static final int PATIENCE_SECONDS = 30;

  static Stream<List<String>> users() {
    return Stream.of(List.of(), Procs.unprivileged());
  }

  /** Runs a daemon that is expected to refuse; what it said. */
  private static String refusal(Path folder, Map<String, String> environment, String... arguments)
      throws Exception {
    Path log = folder.resolve("log");
    long before = Files.exists(log) ? Files.size(log) : 0;
    Process process = KernelProcess.launch(folder, environment, List.of(), arguments);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ended").isTrue();
    assertThat(process.exitValue()).isNotZero();
    String said = Files.readString(log).substring((int) before);
    assertThat(said).doesNotContain("Exception", "\tat ");
    return said;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("users")
  void endsItsAgentsAndTakesItsSocketsAway_whenAskedTo(List<String> user) throws Exception {
    KernelProcess kernel = KernelProcess.start(Map.of(), user);
    Set<Long> processes = new HashSet<>();
    try (Operator operator = new Operator(kernel);
        WireClient waiting = kernel.connect()) {
      operator.sleeper("sleeping", Map.of());
      operator.spawn(
          "obeying",
          List.of(
              "/bin/sh",
              "-c",
              "trap 'echo > /workspace/obeyed; exit 0' TERM; echo up; while :; do sleep 0.02; done"),
          Map.of());
      operator.spawn(
          "ignoring",
          List.of(
              "/bin/sh",
              "-c",
              "trap '' TERM; (setsid sleep 565656 &); echo up; while :; do sleep 1; done"),
          Map.of("restart_policy", "always"));
      operator.awaitLine("obeying", "up");
      operator.awaitLine("ignoring", "up");
      waiting.send(Opcode.WAIT.number(), Operator.json(Map.of("name", "sleeping")));
      processes.addAll(Procs.tree(kernel.pid()));
      assertThat(processes).hasSizeGreaterThan(7);
      kernel.process().destroy();
      assertThat(waiting.receive().json().get("exit_reason").asText()).isEqualTo("killed");
    }
    assertThat(kernel.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(kernel.process().exitValue()).isEqualTo(128 + 15);
    assertThat(processes).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    assertThat(Procs.withArgument("565656")).isEmpty();
    assertThat(kernel.socket()).doesNotExist();
    assertThat(names(kernel.folder().resolve("run/agents"))).isEmpty();
    assertThat(names(kernel.folder().resolve("state/workspaces"))).hasSize(3);
    try (Stream<Path> found = Files.walk(kernel.folder().resolve("state/workspaces"))) {
      assertThat(found).anyMatch(file -> file.endsWith("obeyed"));
    }
    kernel.close();
  }

  /** Without any chance to tidy up: no agent outlives its kernel, and the next one starts clean. */
  @ParameterizedTest
  @MethodSource("users")
  void leavesNoAgentBehind_whenItIsKilled(List<String> user) throws Exception {
    KernelProcess first = KernelProcess.start(Map.of(), user);
    Set<Long> processes = new HashSet<>();
    int lastId;
    try (Operator operator = new Operator(first)) {
      operator.sleeper("one", Map.of());
      operator.sleeper("bare", Map.of("sandboxed", false));
      lastId =
          operator.spawn(
              "stubborn",
              List.of(
                  "/bin/sh",
                  "-c",
                  "trap '' TERM HUP PIPE; (setsid sleep 676767 &); echo up; while :; do sleep 1; done"),
              Map.of());
      operator.awaitLine("stubborn", "up");
      try (WireClient caller = first.connect()) {
        caller.send(Opcode.EXEC.number(), Operator.json(Map.of("command", "sleep 676767")));
        Until.holds("both run", () -> Procs.withArgument("676767").size() == 2);
        processes.addAll(Procs.tree(first.pid()));
        first.process().destroyForcibly();
      }
    }
    Until.holds(
        "nothing of it runs",
        () ->
            processes.stream().allMatch(pid -> Procs.read(pid, "cmdline").isEmpty())
                && Procs.withArgument("676767").isEmpty());
    assertThat(Files.exists(first.socket())).as("its socket is still there").isTrue();
    try (KernelProcess next = KernelProcess.startIn(first.folder(), Map.of(), user);
        Operator operator = new Operator(next)) {
      assertThat(operator.call(Opcode.LIST, Map.of())).isEmpty();
      int id = operator.sleeper("one", Map.of());
      assertThat(id).as("no number is used twice").isGreaterThan(lastId);
      assertThat(names(first.folder().resolve("state/native")))
          .as("what the first one unpacked is gone")
          .filteredOn(file -> file.endsWith(".so"))
          .hasSize(1);
      operator.kill("one");
    }
  }

  @Test
  void refusesASecondKernelOnOneSocket_andHarmsNotTheFirst() throws Exception {
    try (KernelProcess first = KernelProcess.start();
        Operator operator = new Operator(first)) {
      operator.sleeper("alive", Map.of());
      assertThat(refusal(first.folder(), Map.of()))
          .contains("another kernel is running on " + first.socket(), "--socket");
      assertThat(first.socket()).exists();
      assertThat(operator.find("alive").get("state").asText()).isEqualTo("running");
      try (WireClient another = first.connect()) {
        Expect.success(another.ask(Opcode.HELLO, "{}"));
      }
    }
  }

  @Test
  void livesBesideAnotherWithItsOwnSocket() throws Exception {
    try (KernelProcess one = KernelProcess.start();
        KernelProcess two = KernelProcess.start();
        Operator first = new Operator(one);
        Operator second = new Operator(two)) {
      first.sleeper("same-name", Map.of());
      second.sleeper("same-name", Map.of());
      first.kill("same-name");
      assertThat(second.find("same-name").get("state").asText()).isEqualTo("running");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AGENTOS_RUNTIME_DIR|%s/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long|too long",
        "AGENTOS_STATE_DIR|/proc/no/such/folder|/proc/no: there is no such file or folder",
      })
  void refusesPlacesItCanNotUse(String variable, String value, String word) throws Exception {
    Path folder = KernelProcess.newFolder();
    assertThat(refusal(folder, Map.of(variable, value.formatted(folder)))).contains(word);
    KernelProcess.deleteTree(folder);
  }

  /** A mistyped socket must not cost somebody a file. */
  @Test
  void replacesNothingButASocket() throws Exception {
    Path folder = KernelProcess.newFolder();
    Path precious = Files.writeString(folder.resolve("precious"), "content");
    assertThat(refusal(folder, Map.of("AGENTOS_SOCKET", precious.toString())))
        .contains("no socket", precious.toString());
    assertThat(precious).hasContent("content");
    KernelProcess.deleteTree(folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[scheduler]#concurency = 1|concurency|scheduler.concurrency",
      })
  void refusesAConfigurationThatMeansNothing(String toml, String word, String another)
      throws Exception {
    Path folder = KernelProcess.newFolder();
    Path config = Files.writeString(folder.resolve("agentos.toml"), toml.replace("#", "\n"));
    assertThat(refusal(folder, Map.of(), "--config", config.toString())).contains(word, another);
    KernelProcess.deleteTree(folder);
  }

  @Test
  void takesALargerPayload_whenItIsConfigured() throws Exception {
    Path folder = KernelProcess.newFolder();
    int size = 64 << 20;
    Path config =
        Files.writeString(folder.resolve("agentos.toml"), "[protocol]\nmax_payload = " + size);
    try (KernelProcess kernel =
            KernelProcess.startIn(folder, Map.of(), List.of(), "--config", config.toString());
        WireClient client = kernel.connect()) {
      assertThat(client.ask(Opcode.HELLO, "{}").at("/limits/max_payload").asInt()).isEqualTo(size);
      client.send(Opcode.NOOP.number(), new byte[size]);
      assertThat(client.receive().payload()).hasSize(size);
      client.write(WireClient.header(0x41474E54, Opcode.NOOP.number(), size + 1L));
      Expect.refusal(client.receive().json(), "TOO_LARGE", String.valueOf(size));
    }
  }

  /** With strict limits what the host can't hold is refused, never held by a makeshift. */
  @Test
  void refusesLimitsThatTheHostCanNotHold_whenTheyAreStrict() throws Exception {
    Path folder = KernelProcess.newFolder();
    Path config = Files.writeString(folder.resolve("agentos.toml"), "[limits]\nstrict = true");
    try (KernelProcess kernel =
            KernelProcess.startIn(
                folder, Map.of(), Procs.unprivileged(), "--config", config.toString());
        Operator operator = new Operator(kernel)) {
      Map<String, ?> limited =
          Map.of("name", "x", "command", List.of("/bin/true"), "limits", Map.of("memory", "64M"));
      JsonNode answer = operator.call(Opcode.SPAWN, limited);
      if (!answer.path("success").asBoolean()) {
        Expect.refusal(answer, "UNAVAILABLE", "limits.strict", "memory");
      } else {
        assertThat(answer.at("/limits/memory/enforced_by").asText()).isEqualTo("cgroup");
      }
      operator.spawn("free", List.of("/bin/true"), Map.of());
    }
  }

  /** Only its own user and root are operators, whatever the socket's permissions became. */
  @Test
  void letsNoOtherUserIn() throws Exception {
    try (KernelProcess kernel = KernelProcess.start()) {
      // Bound by a umask that lets nobody else in, then opened to the group.
      Until.holds("the socket is the owner's and the group's", () -> mode(kernel.socket()) == 0660);
      Files.setPosixFilePermissions(kernel.socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
      if (Procs.isRoot()) {
        assertThat(helloAs(Procs.unprivileged(), kernel.socket())).isEqualTo("closed\n");
      }
      assertThat(helloAs(List.of(), kernel.socket())).isEqualTo("answered\n");
    }
  }

  private static int mode(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0777;
  }

  private static String helloAs(List<String> user, Path socket) throws Exception {
    String program =
        """
        import socket, struct, sys
        s = socket.socket(socket.AF_UNIX)
        s.connect(sys.argv[1])
        try:
            s.sendall(struct.pack('<IIBQ', 0x41474E54, 0, 0xFE, 0))
            print('answered' if s.recv(1) else 'closed')
        except OSError:
            print('closed')
        """;
    List<String> command =
        Stream.concat(
                user.stream(), Stream.of("/usr/bin/python3", "-c", program, socket.toString()))
            .toList();
    Process process = new ProcessBuilder(command).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return said;
  }

  /** What is half said when the kernel ends is not answered, and nothing hangs. */
  @Test
  void closesItsConnections_whenItEnds() throws Exception {
    KernelProcess kernel = KernelProcess.start();
    try (WireClient idle = kernel.connect();
        WireClient half = kernel.connect();
        WireClient waiting = kernel.connect()) {
      half.write(WireClient.header(0x41474E54, Opcode.NOOP.number(), 100));
      waiting.send(Opcode.RECV.number(), Operator.json(Map.of("wait", true)));
      kernel.close();
      assertThat(idle.isEnded()).isTrue();
      assertThat(half.isEnded()).isTrue();
      assertThatThrownBy(waiting::receive).isInstanceOf(IOException.class);
    }
  }
}
