// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A thousand agents that come and go leave the host as it was. */
final class LeaksIT {
  private static final int SPAWNS = 1000;
  private static final int AT_ONCE = 8;

  /** What an agent needs on the host while it lives. */
  private record Held(
      long descriptors, long processes, long threads, long mounts, long cgroups, long folders) {
    static Held by(KernelProcess kernel) throws IOException {
      return new Held(
          kernel.descriptors(),
          Procs.tree(kernel.pid()).size(),
          Procs.status(kernel.pid(), "Threads"),
          Procs.read(kernel.pid(), "mountinfo").lines().count(),
          groupsOf(kernel.pid()),
          count(kernel.folder().resolve("run/agents")));
    }

    boolean within(Held other) {
      return descriptors <= other.descriptors
          && processes <= other.processes
          && threads <= other.threads
          && mounts <= other.mounts
          && cgroups <= other.cgroups
          && folders <= other.folders;
    }
  }

  private static long groupsOf(long pid) throws IOException {
    for (String line : Procs.read(pid, "mountinfo").split("\n")) {
      if (line.contains(" - cgroup2 ")) {
        return below(Path.of(line.split(" ")[4]), pid);
      }
    }
    return 0;
  }

  /** Groups of that kernel; others come and go meanwhile. */
  private static long below(Path root, long pid) throws IOException {
    try (Stream<Path> groups = Files.list(root)) {
      for (Path group : groups.toList()) {
        if (group.getFileName().toString().startsWith("agentos." + pid + "-")) {
          return count(group);
        }
      }
    }
    return 0;
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isDirectory).count();
    } catch (UncheckedIOException removedMeanwhile) {
      return Long.MAX_VALUE;
    }
  }

  static Stream<List<String>> users() {
    return Stream.of(List.of(), Procs.unprivileged());
  }

  @ParameterizedTest
  @MethodSource("users")
  void leaveNothingBehind(List<String> user) throws IOException {
    try (KernelProcess kernel = KernelProcess.start(Map.of(), user);
        Operator operator = new Operator(kernel)) {
      int spawns = user.isEmpty() ? SPAWNS : SPAWNS / 4;
      spawnAndEnd(kernel, operator, 50); // what is made once and kept is made now
      Held before = Held.by(kernel);
      spawnAndEnd(kernel, operator, spawns);
      Until.holds("all of it is given back: " + before, () -> Held.by(kernel).within(before));
      assertThat(count(kernel.folder().resolve("state/workspaces")))
          .as("workspaces go with the records")
          .isLessThanOrEqualTo(Limits.ENDED_AGENTS + 1L);
      assertThat(operator.call(Opcode.LIST, Map.of()).size())
          .isEqualTo(Math.min(Limits.ENDED_AGENTS, 50 + spawns));
    }
  }

  /** Of every kind: with and without a sandbox, with limits, some that never start, some killed. */
  private static void spawnAndEnd(KernelProcess kernel, Operator operator, int count)
      throws IOException {
    List<WireClient> clients = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      clients.add(kernel.connect());
    }
    for (int i = 0; i < count; i++) {
      clients.get(i % AT_ONCE).send(Opcode.SPAWN.number(), Operator.json(agent(i, count)));
    }
    for (int i = 0; i < count; i++) {
      JsonNode answer = clients.get(i % AT_ONCE).receive().json();
      if (i % 10 == 3) {
        Expect.refusal(answer, "INVALID_REQUEST", "could not be started");
      } else {
        Expect.success(answer);
      }
      if (i % 10 == 5) {
        operator.kill("a" + count + "-" + i);
      }
    }
    for (WireClient client : clients) {
      client.close();
    }
    Until.holds("all have ended", () -> running(operator) == 0);
  }

  private static Map<String, Object> agent(int i, int count) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("name", "a" + count + "-" + i);
    fields.put("command", List.of("/bin/true"));
    switch (i % 10) {
      case 3 -> fields.put("command", List.of("/no/such/program"));
      case 5 -> fields.put("command", List.of("/bin/sleep", "1000"));
      case 7 -> fields.put("sandboxed", false);
      case 9 -> fields.put("limits", Map.of("memory", "64M", "cpu", 0.5, "wall_time", 60));
      default -> {}
    }
    return fields;
  }

  private static int running(Operator operator) throws IOException {
    int running = 0;
    for (JsonNode agent : operator.call(Opcode.LIST, Map.of())) {
      running += agent.get("running").asBoolean() ? 1 : 0;
    }
    return running;
  }
}
