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
import io.agentos.kernel.testing.WireClient;
import io.agentos.kernel.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who someone is, is told by the socket he came in by: by nothing he says, inherits or finds. */
final class IdentityIT {
  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;
  private static int otherId;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    agent =
        SandboxedAgent.start(
            kernel,
            operator,
            "self",
            Map.of("permissions", Map.of("level", "minimal", "can_exec", true)));
    otherId = operator.puppet("other", Map.of("level", "unrestricted"));
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
  }

  /** Whatever the header says: the permissions that count are the sender's own. */
  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE", "SPAWN", "HTTP", "SET_PERMS", "KILL"})
  void usesNobodyElsesPermissions(Opcode opcode) throws IOException {
    Map<String, ?> fields =
        switch (opcode) {
          case READ -> Map.of("path", "/etc/hostname");
          case WRITE -> Map.of("path", "/workspace/x", "content", "x");
          case SPAWN -> Map.of("name", "child", "command", List.of("/bin/true"));
          case HTTP -> Map.of("url", "http://127.0.0.1/");
          case SET_PERMS -> Map.of("level", "unrestricted");
          default -> Map.of("id", otherId);
        };
    byte[] payload = Operator.json(fields);
    for (int claimed : new int[] {otherId, 1, 0, -1, Integer.MAX_VALUE}) {
      ByteBuffer frame =
          ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
      Frame.putHeader(frame, claimed, opcode.number(), payload.length);
      agent.client().write(frame.put(payload).flip());
      WireClient.Answer answer = agent.client().receive();
      assertThat(answer.agentId()).isEqualTo(agent.id());
      Expect.refusal(answer.json(), "PERMISSION_DENIED");
    }
  }

  /** One socket, its own; no other agent's, and not the operators'. */
  @Test
  void seesNoSocketButItsOwn() throws IOException {
    String find =
        """
        import os, stat
        for folder, folders, files in os.walk('/'):
            if folder == '/':
                folders[:] = set(folders) - {'usr', 'proc'}
            for path in (os.path.join(folder, name) for name in files):
                if stat.S_ISSOCK(os.lstat(path).st_mode):
                    print(path)
        """;
    JsonNode found =
        agent.call(Opcode.EXEC, Map.of("argv", List.of("/usr/bin/python3", "-c", find)));
    assertThat(Expect.success(found).get("stdout").asText().lines())
        .containsExactlyInAnyOrder("/run/agentos.sock", "/workspace/.bridge");
    assertThat(agent.shell("ls -A /run")).isEqualTo("agentos.sock\n");
    for (Path socket : List.of(kernel.socket(), otherSocket())) {
      String connect =
          "python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect(\""
              + socket
              + "\")' 2>&1 || true";
      assertThat(agent.shell(connect)).contains("FileNotFoundError");
    }
  }

  private static Path otherSocket() {
    return kernel.folder().resolve("run/agents/" + otherId + "/agentos.sock");
  }

  /** Even the socket's name and a way to it would not do: it has to be that agent's own user. */
  @Test
  void isLetInOnlyAsTheUserThatItIs() throws IOException {
    SandboxedAgent neighbour = SandboxedAgent.start(kernel, operator, "neighbour", Map.of());
    Path folder = kernel.folder().resolve("run/agents/" + neighbour.id());
    if (Procs.isRoot()) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      try (WireClient asRoot = kernel.connectAs(neighbour.id())) {
        assertThat(asRoot.isEnded()).isTrue();
      }
    }
    neighbour.close();
    assertThat(folder).doesNotExist();
  }

  /** Nothing of the kernel's is open in an agent: no listener, no client, no pipe of another. */
  @Test
  void inheritsNothing() throws IOException {
    List<WireClient> open = List.of(kernel.connect(), kernel.connect(), kernel.connect());
    for (boolean sandboxed : new boolean[] {true, false}) {
      String name = sandboxed ? "inside" : "outside";
      String list = "import os\nprint(sorted(int(f) for f in os.listdir('/proc/self/fd')))";
      operator.python(name, list, Map.of("sandboxed", sandboxed));
      operator.await(name);
      assertThat(operator.log(name))
          .as("the fourth is listdir's own")
          .startsWith("stdout: [0, 1, 2, 3]\n");
    }
    for (WireClient client : open) {
      Expect.success(client.ask(Opcode.HELLO, "{}"));
      client.close();
    }
  }

  @Test
  void tellsEachWhoItIs() throws IOException {
    JsonNode own = agent.call(Opcode.HELLO, Map.of());
    assertThat(own.get("agent_id").asInt()).isEqualTo(agent.id());
    assertThat(own.get("role").asText()).isEqualTo("agent");
    JsonNode operators = operator.call(Opcode.HELLO, Map.of());
    assertThat(operators.get("role").asText()).isEqualTo("operator");
    assertThat(operators.get("agent_id").asInt()).isNotIn(agent.id(), otherId);
    assertThat(agent.shell("echo $AGENTOS_AGENT_ID $AGENTOS_AGENT_NAME $AGENTOS_SOCKET"))
        .isEqualTo(agent.id() + " self /run/agentos.sock\n");
  }

  /** As root each agent is a host user of its own, whom no account and no other agent is. */
  @Test
  void isAUserOfItsOwn() throws IOException {
    long kernelUser = Procs.status(kernel.pid(), "Uid");
    String own = Procs.read(operator.find("self").get("pid").asLong(), "status");
    SandboxedAgent second = SandboxedAgent.start(kernel, operator, "second", Map.of());
    String others = Procs.read(operator.find("second").get("pid").asLong(), "status");
    String uid = own.replaceAll("(?s).*\nUid:\t(\\d+).*", "$1");
    if (Procs.isRoot()) {
      assertThat(kernelUser).isZero();
      assertThat(Long.parseLong(uid)).isGreaterThan(1_000_000);
      assertThat(others).doesNotContain("Uid:\t" + uid);
      // Who is not root can give up no groups.
      assertThat(own).contains("Groups:\t \n");
    }
    assertThat(own).contains("CapEff:\t0000000000000000", "NoNewPrivs:\t1");
    second.close();
  }
}
