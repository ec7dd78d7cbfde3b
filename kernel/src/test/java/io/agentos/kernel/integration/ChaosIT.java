// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Calls of every kind at every moment of every agent's life, from several sides at once. Whatever
 * their order: each gets an answer, none is called a bug, and at the end everything can be ended.
 */
final class ChaosIT {
  private static final int SIDES = 6;
  private static final int CALLS_OF_EACH = 120;
  private static final int NAMES = 8;

  private static final List<List<String>> PROGRAMS =
      List.of(
          List.of("/bin/true"),
          List.of("/bin/false"),
          List.of("/bin/sleep", "1000"),
          List.of("/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"),
          List.of("/bin/sh", "-c", "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done"),
          List.of("/bin/sh", "-c", "(setsid sleep 1000 &) ; kill -SEGV $$"),
          List.of("/no/such/program"));

  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());

  static List<List<String>> users() {
    return List.of(List.of(), Procs.unprivileged());
  }

  @ParameterizedTest
  @MethodSource("users")
  void answersEveryCall_andComesToRest(List<String> user) throws Exception {
    long seed = System.nanoTime();
    try (KernelProcess kernel = KernelProcess.start(Map.of(), user);
        Operator operator = new Operator(kernel)) {
      operator.spawn("warm-up", List.of("/bin/true"), Map.of());
      operator.await("warm-up");
      long descriptors = kernel.descriptors();
      int processes = Procs.tree(kernel.pid()).size();
      List<Thread> sides = new ArrayList<>();
      for (int i = 0; i < SIDES; i++) {
        Random random = new Random(seed + i);
        Thread side = new Thread(() -> disturb(kernel, random));
        side.start();
        sides.add(side);
      }
      for (Thread side : sides) {
        side.join();
      }
      assertThat(wrong).as("seed %d", seed).isEmpty();
      for (JsonNode agent : operator.call(Opcode.LIST, Map.of())) {
        if (agent.get("running").asBoolean()) {
          operator.call(Opcode.KILL, Map.of("id", agent.get("id").asInt(), "grace", 0));
        }
      }
      for (JsonNode agent : operator.call(Opcode.LIST, Map.of())) {
        assertThat(agent.get("running").asBoolean()).as("seed %d: %s", seed, agent).isFalse();
      }
      Until.holds("no process is left", () -> Procs.tree(kernel.pid()).size() <= processes);
      Until.holds("no descriptor is left", () -> kernel.descriptors() <= descriptors);
    }
  }

  private void disturb(KernelProcess kernel, Random random) {
    int calls = 0;
    while (calls < CALLS_OF_EACH) {
      try (WireClient client = kernel.connect()) {
        while (calls < CALLS_OF_EACH && random.nextInt(12) > 0) {
          call(client, random);
          calls++;
        }
        client.send(Opcode.EXEC.number(), Operator.json(Map.of("command", "sleep 1000")));
        calls++; // and gone
      } catch (IOException | AssertionError e) {
        wrong.add(e.toString());
        return;
      }
    }
  }

  private void call(WireClient client, Random random) throws IOException {
    Opcode[] all = {
      Opcode.SPAWN, Opcode.SPAWN, Opcode.SPAWN, Opcode.KILL, Opcode.PAUSE, Opcode.RESUME,
      Opcode.WAIT, Opcode.LOGS, Opcode.LIST, Opcode.SEND, Opcode.BROADCAST, Opcode.EXEC
    };
    Opcode opcode = all[random.nextInt(all.length)];
    Map<String, ?> request = request(opcode, random);
    JsonNode answer = Operator.call(client, opcode, request);
    while (answer.path("partial").asBoolean()) {
      answer = client.receive().json();
    }
    String code = answer.path("code").asText();
    if (!code.isEmpty()) {
      Expect.refusal(answer, code);
    }
    if (code.equals("INTERNAL")) {
      wrong.add(opcode + " " + request + ": " + answer);
    }
  }

  private static Map<String, ?> request(Opcode opcode, Random random) {
    String name = "agent-" + random.nextInt(NAMES);
    return switch (opcode) {
      case SPAWN -> spawn(name, random);
      case KILL -> Map.of("name", name, "grace", random.nextInt(3) * 0.05);
      case WAIT -> Map.of("name", name, "timeout", random.nextInt(3) * 0.01);
      case LOGS -> Map.of("name", name, "lines", random.nextInt(1000));
      case SEND -> Map.of("to_name", name, "message", "m".repeat(random.nextInt(10_000)));
      case BROADCAST -> Map.of("message", random.nextInt());
      case EXEC -> Map.of("command", "echo x; exit " + random.nextInt(3));
      case LIST -> Map.of();
      default -> Map.of("name", name);
    };
  }

  private static Map<String, ?> spawn(String name, Random random) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("name", name);
    fields.put("command", PROGRAMS.get(random.nextInt(PROGRAMS.size())));
    fields.put("sandboxed", random.nextInt(4) > 0);
    if (random.nextBoolean()) {
      fields.put("restart_policy", random.nextBoolean() ? "always" : "on-failure");
      fields.put("max_restarts", random.nextInt(4));
    }
    if (random.nextInt(3) == 0) {
      fields.put("limits", Map.of("memory", "64M", "cpu", 0.5, "wall_time", 0.3));
    }
    return fields;
  }
}
