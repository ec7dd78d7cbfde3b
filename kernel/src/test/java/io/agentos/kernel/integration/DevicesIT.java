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
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Devices of the host in a sandbox: those that the configuration lists, and nothing in their place.
 */
@Tag("root") // who makes the nodes
final class DevicesIT {
  private static final int SPAWNS = 1_000;
  private static final int MOST_ROUNDS = 40;

  private static Path nodes;
  private static KernelProcess kernel;
  private static Operator operator;

  /** Nodes of the test's own below /dev: copies of harmless ones under other names. */
  @BeforeAll
  static void start() throws Exception {
    nodes = Path.of("/dev/agentos-it-" + ProcessHandle.current().pid());
    Files.createDirectory(nodes);
    run("mknod", "-m", "666", "zero", "c", "1", "5");
    run("mknod", "-m", "666", "full", "c", "1", "7");
    run("mknod", "-m", "660", "closed", "c", "1", "5");
    run("mknod", "-m", "666", "disk", "b", "7", "250");
    Files.createLink(nodes.resolve("swapped"), nodes.resolve("zero"));
    Files.createSymbolicLink(nodes.resolve("link"), nodes.resolve("zero"));
    String listed =
        "[sandbox]\ndevices = [\"%1$s/zero\", \"%1$s/swapped\", \"%1$s/closed\", \"%1$s/gone\"]\n";
    kernel = start(listed.formatted(nodes), List.of());
    operator = new Operator(kernel);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).directory(nodes.toFile()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }

  private static KernelProcess start(String configuration, List<String> prefix) throws IOException {
    Path folder = KernelProcess.newFolder();
    Path file = Files.writeString(folder.resolve("agentos.toml"), configuration);
    return KernelProcess.startIn(folder, Map.of(), prefix, "--config", file.toString());
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
    KernelProcess.deleteTree(nodes);
  }

  private static Map<String, ?> devices(String... names) {
    return Map.of("devices", List.of(names).stream().map(name -> nodes + "/" + name).toList());
  }

  private static JsonNode spawn(Map<String, ?> more) throws IOException {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("name", "refused");
    fields.putIfAbsent("command", List.of("/bin/true"));
    return operator.call(Opcode.SPAWN, fields);
  }

  @Test
  void aListedDeviceWorks_andIsTheOnlyOneMore() throws IOException {
    try (SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "device", devices("zero"))) {
      assertThat(agent.shell("head -c 3 " + nodes + "/zero | od -An -tx1"))
          .isEqualTo(" 00 00 00\n");
      assertThat(agent.shell("ls " + nodes + "; ls /dev | wc -l")).isEqualTo("zero\n11\n");
      assertThat(agent.shell("echo x > " + nodes + "/other 2>/dev/null || echo no"))
          .isEqualTo("no\n");
      assertThat(agent.shell("chmod 777 " + nodes + "/zero 2>/dev/null || echo no"))
          .isEqualTo("no\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/dev/mem",
        "/dev/kmsg",
        "/dev/loop-control",
        "/dev/fuse",
        "/dev/stdin",
        "/etc/shadow",
        "/dev/null"
      })
  void givesNoneThatIsNotListed(String path) throws IOException {
    Expect.refusal(
        spawn(Map.of("devices", List.of(path))), "PERMISSION_DENIED", path, "[sandbox] devices");
  }

  @Test
  void givesNoneByAnotherName() throws IOException {
    for (String path : List.of("/disk", "/full", "/gone", "")) {
      Expect.refusal(
          spawn(Map.of("devices", List.of(nodes + path))),
          "PERMISSION_DENIED",
          "[sandbox] devices");
    }
    Expect.refusal(
        spawn(devices("zero", "../" + nodes.getFileName() + "/zero")), "INVALID_REQUEST", "twice");
    Expect.refusal(spawn(Map.of("devices", List.of("dev/kvm"))), "INVALID_REQUEST", "absolute");
  }

  /** It says so at once, rather than give a device that can't be opened. */
  @Test
  void saysWhenTheAgentCouldNotOpenIt() throws IOException {
    Expect.refusal(spawn(devices("closed")), "UNSUPPORTED", "closed", "others");
    Expect.refusal(
        spawn(Map.of("devices", List.of(nodes + "/zero"), "sandboxed", false)),
        "INVALID_REQUEST",
        "sandbox");
  }

  @Test
  void anAgentPassesOnWhatItHas_andNothingElse() throws IOException {
    Map<String, Object> fields = new HashMap<>(devices("zero"));
    fields.put("permissions", Map.of("can_spawn", true));
    try (SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "owner", fields)) {
      Map<String, Object> child = new HashMap<>(devices("zero"));
      child.put("name", "child");
      child.put("command", List.of("/usr/bin/head", "-c", "1", nodes + "/zero"));
      Expect.success(agent.call(Opcode.SPAWN, child));
      assertThat(operator.await("child").get("exit_code").asInt()).isZero();
      child.putAll(devices("swapped"));
      Expect.refusal(agent.call(Opcode.SPAWN, child), "PERMISSION_DENIED", "given itself");
    }
  }

  /**
   * What lies at a listed path is given only while it is the device of the kernel's start. Each of
   * the spawns meets some swaps, of which the last puts that one back.
   */
  @Test
  void givesWhatWasListed_whileTheNodeIsSwapped() throws Exception {
    Semaphore rounds = new Semaphore(0);
    Thread swapper = new Thread(() -> swap(rounds), "swapper");
    swapper.start();
    TreeSet<String> outcomes = new TreeSet<>();
    Map<String, Object> fields = new HashMap<>(devices("swapped"));
    String number =
        "[ \"$(stat -Lc %F:%t:%T " + nodes + "/swapped)\" = 'character special file:1:5' ]";
    fields.put("command", List.of("/bin/sh", "-c", number));
    try {
      for (int i = 0; i < SPAWNS; i++) {
        rounds.release(i % MOST_ROUNDS);
        JsonNode answer = spawn(fields);
        if (answer.get("success").asBoolean()) {
          assertThat(operator.await("refused").get("exit_code").asInt()).as("spawn %d", i).isZero();
          outcomes.add("listed");
        } else {
          assertThat(answer.get("error").asText()).contains(nodes.toString());
          outcomes.add("refused");
        }
      }
    } finally {
      swapper.interrupt();
      swapper.join();
    }
    assertThat(outcomes).containsExactly("listed", "refused");
  }

  private static void swap(Semaphore rounds) {
    Path next = nodes.resolve("next");
    Path swapped = nodes.resolve("swapped");
    try {
      while (true) {
        rounds.acquire();
        for (int i = 0; i < 4; i++) {
          switch (i) {
            case 0 -> Files.createLink(next, nodes.resolve("full"));
            case 1 -> Files.createSymbolicLink(next, nodes.resolve("full"));
            case 2 -> Files.createLink(next, nodes.resolve("disk"));
            default -> Files.createLink(next, nodes.resolve("zero"));
          }
          Files.move(next, swapped, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    } catch (InterruptedException done) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"NODES/link\"|is a link",
        "\"NODES/disk\"|no character device",
        "\"NODES\"|no character device",
        "\"/dev/../etc/passwd\"|below /dev",
        "\"/etc/passwd\"|below /dev",
        "\"/dev/shm/x\"|below /dev",
        "\"/dev/null\"|every sandbox has",
        "\"NODES/zero\", \"NODES/zero\"|once",
        "7|below /dev",
      })
  void doesNotStartWithAListOfOtherThings(String list, String named) {
    String configuration =
        "[sandbox]\ndevices = [" + list.replace("NODES", nodes.toString()) + "]\n";
    assertThatThrownBy(() -> start(configuration, List.of()))
        .hasMessageContaining("sandbox.devices")
        .hasMessageContaining(named);
  }

  /** Without privilege a sandbox has the kernel's user's own rights to a device. */
  @Test
  void anUnprivilegedKernelGivesWhatItMayOpenItself() throws Exception {
    String listed = "[sandbox]\ndevices = [\"%1$s/zero\", \"%1$s/closed\"]\n".formatted(nodes);
    try (KernelProcess plain = start(listed, Procs.unprivileged());
        Operator user = new Operator(plain)) {
      try (SandboxedAgent agent = SandboxedAgent.start(plain, user, "device", devices("zero"))) {
        assertThat(agent.shell("head -c 3 " + nodes + "/zero | od -An -tx1"))
            .isEqualTo(" 00 00 00\n");
      }
      Map<String, Object> fields = new HashMap<>(devices("closed"));
      fields.putAll(Map.of("name", "closed", "command", List.of("/bin/true")));
      Expect.refusal(user.call(Opcode.SPAWN, fields), "UNSUPPORTED", "kernel's own user");
    }
  }
}
