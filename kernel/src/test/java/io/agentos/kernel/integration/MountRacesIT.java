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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Mounts of an agent's for its child while the agent changes what their paths lead to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MountRacesIT {
  private static final int SPAWNS = 1_000;

  private KernelProcess kernel;
  private Operator operator;
  private SandboxedAgent parent;

  List<String> prefix() {
    return List.of();
  }

  /**
   * The system would let the agent's child see the victim's file; only the rules are in its way.
   */
  @BeforeAll
  void start() throws IOException {
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
    Path victim = Files.createDirectory(kernel.folder().resolve("victim"));
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(
        Files.writeString(victim.resolve("flag"), "theirs"),
        PosixFilePermissions.fromString("rw-rw-rw-"));
    Map<String, String> mount =
        Map.of("source", victim.toString(), "target", "/victim", "mode", "rw");
    parent =
        SandboxedAgent.start(
            kernel,
            operator,
            "parent",
            Map.of("mounts", List.of(mount), "permissions", Map.of("can_spawn", true)));
    parent.shell("umask 0; mkdir own; echo mine > own/flag");
  }

  @AfterAll
  void stop() throws IOException {
    parent.close();
    operator.close();
    kernel.close();
  }

  private static Map<String, Object> child(String name, String line, String source) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("name", name);
    fields.put("command", List.of("/bin/sh", "-c", line));
    fields.put("mounts", List.of(Map.of("source", source, "target", "/workspace/data")));
    return fields;
  }

  /** At a restart the place is looked up anew: what has become a link by then is not followed. */
  @Test
  void isNotRedirectedBetweenTwoRuns() throws IOException {
    parent.shell("mkdir -p turn; mkfifo -m 666 turn/go; echo mine > turn/flag");
    Map<String, Object> fields =
        child("again", "cat data/flag; read x < data/go; exit 1", "/workspace/turn");
    fields.put("restart_policy", "on-failure");
    Expect.success(parent.call(Opcode.SPAWN, fields));
    parent.shell("mv turn turned; ln -s /victim turn; echo > turned/go");
    assertThat(operator.await("again").get("exit_reason").asText()).isEqualTo("start_failed");
    assertThat(operator.log("again")).contains("mine").doesNotContain("theirs");
  }

  /** A thousand spawns, each while the last part of the path is now a link and then another. */
  @Test
  void mountsWhatWasJudged_whileALinkIsSwapped() throws Exception {
    Path door = parent.workspace().resolve("swapped");
    AtomicBoolean stop = new AtomicBoolean();
    Thread swapper = new Thread(() -> swap(door, stop), "swapper");
    swapper.start();
    TreeSet<String> outcomes = new TreeSet<>();
    try {
      for (int i = 0; i < SPAWNS; i++) {
        JsonNode answer =
            parent.call(
                Opcode.SPAWN, child("racer", "grep -q mine data/flag", "/workspace/swapped"));
        if (answer.get("success").asBoolean()) {
          assertThat(operator.await("racer").get("exit_code").asInt()).as("spawn %d", i).isZero();
          outcomes.add("judged");
        } else {
          outcomes.add(answer.get("code").asText());
        }
      }
    } finally {
      stop.set(true);
      swapper.join();
    }
    assertThat(outcomes).contains("judged", "PERMISSION_DENIED").doesNotContain("INTERNAL");
  }

  /** A link inward and a link outward by turns. */
  private static void swap(Path door, AtomicBoolean stop) {
    Path next = door.resolveSibling("swapped.next");
    try {
      for (int i = 0; !stop.get(); i++) {
        Files.createSymbolicLink(next, Path.of(i % 2 == 0 ? "own" : "/victim"));
        Files.move(next, door, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
