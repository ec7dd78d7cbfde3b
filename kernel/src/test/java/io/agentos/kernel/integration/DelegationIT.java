// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents that spawn agents: a child has no more than its parent, and is nobody else's. */
final class DelegationIT {
  private static final Map<String, ?> MAY_SPAWN =
      Map.of(
          "level",
          "sandboxed",
          "can_spawn",
          true,
          "can_http",
          false,
          "filesystem",
          Map.of("read", List.of("/workspace/ours/**")),
          "exec",
          List.of("true", "false"),
          "llm",
          Map.of("max_calls", 7),
          "max_exec_time_ms",
          1234);

  private static KernelProcess kernel;
  private static Operator operator;
  private SandboxedAgent parent;
  private int stranger;

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

  @BeforeEach
  void spawn() throws IOException {
    Map<String, ?> limits = Map.of("memory", "256M", "cpu", 1.5, "max_pids", 50, "wall_time", 300);
    parent =
        SandboxedAgent.start(
            kernel, operator, "parent", Map.of("permissions", MAY_SPAWN, "limits", limits));
    stranger = operator.sleeper("stranger", Map.of());
  }

  @AfterEach
  void kill() throws IOException {
    parent.close();
    operator.kill("stranger");
  }

  private JsonNode spawn(String name, Map<String, ?> more) throws IOException {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("name", name);
    fields.putIfAbsent("command", List.of("/bin/sleep", "1000"));
    return parent.call(Opcode.SPAWN, fields);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "unrestricted", "standard", "sandboxed"})
  void givesAChildNoMoreThanItsParentHas(String level) throws IOException {
    Map<String, Object> asked = new HashMap<>();
    if (!level.equals("{}")) {
      asked.put("level", level);
      asked.put("can_http", true);
      asked.put("can_spawn", true);
      asked.put("filesystem", Map.of("read", List.of("/**"), "write", List.of("/**")));
      asked.put("exec", List.of("id", "true"));
      asked.put("llm", Map.of("max_calls", 1_000_000));
      asked.put("max_exec_time_ms", 1_000_000);
      asked.put("network", List.of("*", "127.0.0.1"));
    }
    JsonNode answer = Expect.success(spawn("child", Map.of("permissions", asked)));
    JsonNode held =
        operator
            .call(Opcode.GET_PERMS, Map.of("agent_id", answer.get("id").asInt()))
            .get("permissions");
    assertThat(held.get("level").asText()).isEqualTo("sandboxed");
    assertThat(held.get("can_http").asBoolean()).isFalse();
    assertThat(held.at("/llm/max_calls").asInt()).isEqualTo(7);
    assertThat(held.get("max_exec_time_ms").asInt()).isEqualTo(1234);
    assertThat(held.at("/filesystem/blocked").toString()).contains("**/.ssh/**");
    operator.kill("child");
  }

  /** What GET_PERMS shows is one list; what counts is what the child can really do. */
  @Test
  void holdsAChildToItsParentsLists() throws IOException {
    String program =
        """
        import json, socket, struct
        s = socket.socket(socket.AF_UNIX)
        s.connect('/run/agentos.sock')
        def call(opcode, fields):
            body = json.dumps(fields).encode()
            s.sendall(struct.pack('<IIBQ', 0x41474E54, 0, opcode, len(body)) + body)
            size = struct.unpack('<IIBQ', s.recv(17, socket.MSG_WAITALL))[3]
            answer = json.loads(s.recv(size, socket.MSG_WAITALL))
            print(answer.get('code', 'allowed'), answer.get('error', ''), flush=True)
        open('/workspace/file', 'w').close()
        call(0x02, {'path': '/workspace/file'})
        call(0x04, {'command': 'true'})
        call(0x04, {'command': 'id'})
        call(0x50, {'url': 'http://127.0.0.1/'})
        call(0x41, {'level': 'unrestricted'})
        call(0x41, {'permissions': {'exec': ['id', 'true']}})
        call(0x04, {'command': 'id'})
        """;
    Map<String, ?> everything =
        Map.of(
            "level",
            "unrestricted",
            "filesystem",
            Map.of("read", List.of("/**")),
            "exec",
            List.of("id", "true"));
    Expect.success(
        spawn(
            "child",
            Map.of(
                "command", List.of("/usr/bin/python3", "-c", program), "permissions", everything)));
    operator.await("child");
    String[] lines = operator.log("child").split("\n");
    assertThat(lines[0]).contains("PERMISSION_DENIED", "/workspace/ours/**");
    assertThat(lines[1]).contains("allowed");
    assertThat(lines[2]).contains("PERMISSION_DENIED");
    assertThat(lines[3]).contains("PERMISSION_DENIED", "can_http");
    assertThat(lines[4]).contains("PERMISSION_DENIED");
    assertThat(lines[5]).contains("allowed");
    assertThat(lines[6]).contains("PERMISSION_DENIED");
  }

  @Test
  void givesAChildNoLargerLimitsThanItsParentHas() throws IOException {
    Map<String, ?> larger = Map.of("memory", "1T", "cpu", 64, "max_pids", 10_000, "wall_time", 1e6);
    for (Map<String, ?> limits : List.<Map<String, ?>>of(Map.of(), larger)) {
      JsonNode answer = Expect.success(spawn("child", Map.of("limits", limits)));
      assertThat(answer.at("/limits/memory/requested").asLong()).isEqualTo(256L << 20);
      assertThat(answer.at("/limits/cpu/requested").asDouble()).isEqualTo(1.5);
      assertThat(answer.at("/limits/max_pids/requested").asInt()).isEqualTo(50);
      assertThat(answer.at("/limits/wall_time/requested").asDouble()).isEqualTo(300);
      operator.kill("child");
    }
    Map<String, ?> smaller = Map.of("memory", "64M", "cpu", 0.5);
    JsonNode answer = Expect.success(spawn("child", Map.of("limits", smaller)));
    assertThat(answer.at("/limits/memory/requested").asLong()).isEqualTo(64L << 20);
    assertThat(answer.at("/limits/cpu/requested").asDouble()).isEqualTo(0.5);
    operator.kill("child");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sandboxed|false|sandboxed: false",
        "network|true|network: \"host\"",
        "network|\"host\"|network: \"host\"",
        "allow_syscalls|[\"ptrace\"]|allow_syscalls",
        "learn|true|learn",
        "workspace|\"/etc\"|workspace",
        "script|\"/usr/bin/env\"|script",
      })
  void mayNotReachTheHostThroughAChild(String field, String value, String named)
      throws IOException {
    String request =
        "{\"name\":\"child\",\"command\":[\"/bin/true\"],\"" + field + "\":" + value + "}";
    JsonNode answer = parent.client().call(Opcode.SPAWN, request);
    Expect.refusal(answer, "PERMISSION_DENIED", named, "only an operator");
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "WAIT", "PAUSE", "RESUME", "LOGS"})
  void mayNotTouchAStranger(String call) throws IOException {
    Opcode opcode = Opcode.valueOf(call);
    Expect.refusal(
        parent.call(opcode, Map.of("id", stranger)), "PERMISSION_DENIED", "not spawned by");
    Expect.refusal(
        parent.call(opcode, Map.of("name", "stranger")), "PERMISSION_DENIED", "\"stranger\"");
    assertThat(operator.find("stranger").get("state").asText()).isEqualTo("running");
  }

  @Test
  void mayNotSeeOrChangeAStrangersPermissions() throws IOException {
    Expect.refusal(
        parent.call(Opcode.GET_PERMS, Map.of("agent_id", stranger)), "PERMISSION_DENIED");
    Expect.refusal(
        parent.call(Opcode.SET_PERMS, Map.of("agent_id", stranger, "level", "minimal")),
        "PERMISSION_DENIED");
  }

  @Test
  void managesItsOwn_andSeesNobodyElse() throws IOException {
    int child = Expect.success(spawn("child", Map.of())).get("id").asInt();
    List<String> names = new ArrayList<>();
    JsonNode list = parent.call(Opcode.LIST, Map.of());
    list.forEach(agent -> names.add(agent.get("name").asText()));
    assertThat(names).containsExactlyInAnyOrder("parent", "child");
    assertThat(operator.find("child").get("parent").asInt()).isEqualTo(parent.id());
    Expect.success(parent.call(Opcode.PAUSE, Map.of("id", child)));
    Expect.success(parent.call(Opcode.RESUME, Map.of("name", "child")));
    Expect.success(parent.call(Opcode.LOGS, Map.of("id", child)));
    Expect.success(parent.call(Opcode.SET_PERMS, Map.of("agent_id", child, "level", "minimal")));
    Expect.refusal(
        parent.call(Opcode.SET_PERMS, Map.of("agent_id", child, "level", "sandboxed")),
        "PERMISSION_DENIED",
        "more than it has");
    assertThat(parent.call(Opcode.KILL, Map.of("id", child, "grace", 0)).get("killed").asBoolean())
        .isTrue();
    assertThat(parent.call(Opcode.WAIT, Map.of("id", child)).get("exit_reason").asText())
        .isEqualTo("killed");
  }

  /** A child may not touch who made it. */
  @Test
  void givesAChildNoPowerOverItsParent() throws IOException {
    String program =
        """
        import json, os, socket, struct
        s = socket.socket(socket.AF_UNIX)
        s.connect('/run/agentos.sock')
        for opcode in (0x11, 0x14, 0x41, 0x16):
            body = json.dumps({'agent_id' if opcode == 0x41 else 'id': PARENT}).encode()
            s.sendall(struct.pack('<IIBQ', 0x41474E54, PARENT, opcode, len(body)) + body)
            size = struct.unpack('<IIBQ', s.recv(17, socket.MSG_WAITALL))[3]
            print(json.loads(s.recv(size, socket.MSG_WAITALL))['code'], flush=True)
        """
            .replace("PARENT", String.valueOf(parent.id()));
    spawn("child", Map.of("command", List.of("/usr/bin/python3", "-c", program)));
    operator.await("child");
    assertThat(operator.log("child"))
        .startsWith("stdout: PERMISSION_DENIED\n".repeat(4))
        .contains("exited with code 0");
  }

  @Test
  void boundsHowManyOneAgentHasAlive() throws IOException {
    for (int i = 0; i < Limits.DESCENDANTS; i++) {
      Expect.success(spawn("child-" + i, Map.of()));
    }
    Expect.refusal(
        spawn("one-more", Map.of()), "RESOURCE_EXHAUSTED", String.valueOf(Limits.DESCENDANTS));
    operator.sleeper("of-the-operator", Map.of());
    operator.kill("of-the-operator");
    for (int i = 0; i < Limits.DESCENDANTS; i++) {
      operator.kill("child-" + i);
    }
    Expect.success(spawn("one-more", Map.of("command", List.of("/bin/true"))));
    long alive =
        StreamSupport.stream(operator.call(Opcode.LIST, Map.of()).spliterator(), false)
            .filter(agent -> agent.get("running").asBoolean())
            .count();
    assertThat(alive).isBetween(2L, 3L);
  }
}
