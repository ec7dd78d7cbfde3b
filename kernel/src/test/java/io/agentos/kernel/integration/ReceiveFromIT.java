// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RECV of one sender's messages, and the names that no agent may take. */
final class ReceiveFromIT {
  private static KernelProcess kernel;
  private static Operator operator;
  private static WireClient alice;
  private static WireClient bob;
  private static int aliceId;
  private static int bobId;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    aliceId = operator.puppet("alice", Map.of());
    bobId = operator.puppet("bob", Map.of("can_spawn", true));
    alice = kernel.connectAs(aliceId);
    bob = kernel.connectAs(bobId);
  }

  @AfterAll
  static void stop() throws IOException {
    alice.close();
    bob.close();
    operator.close();
    kernel.close();
  }

  private static void send(WireClient from, int to, String message) throws IOException {
    Expect.success(Operator.call(from, Opcode.SEND, Map.of("to", to, "message", message)));
  }

  private static List<String> bodies(JsonNode answer) {
    return Expect.success(answer).findValuesAsText("message");
  }

  @Test
  void takesOneSendersMessages_byIdAndByName_andLeavesTheOthersInOrder() throws IOException {
    try (Operator receiver = new Operator(kernel)) {
      int to = receiver.call(Opcode.HELLO, Map.of()).get("agent_id").asInt();
      send(alice, to, "a1");
      send(bob, to, "b1");
      send(alice, to, "a2");
      send(bob, to, "b2");
      assertThat(bodies(receiver.call(Opcode.RECV, Map.of("from", bobId, "max", 1))))
          .containsExactly("b1");
      assertThat(bodies(receiver.call(Opcode.RECV, Map.of("from", "bob")))).containsExactly("b2");
      assertThat(bodies(receiver.call(Opcode.RECV, Map.of("from", "bob", "wait", 0.05)))).isEmpty();
      assertThat(bodies(receiver.call(Opcode.RECV, Map.of()))).containsExactly("a1", "a2");
    }
  }

  /** The others' messages neither wake the one who waits nor are taken by it. */
  @Test
  void waitsForThatSenderAlone() throws IOException {
    try (WireClient waiting = kernel.connectAs(aliceId)) {
      waiting.send(Opcode.RECV.number(), Operator.json(Map.of("from", bobId, "wait", true)));
      send(alice, aliceId, "to myself");
      send(bob, aliceId, "from bob");
      assertThat(bodies(waiting.receive().json())).containsExactly("from bob");
    }
    assertThat(bodies(Operator.call(alice, Opcode.RECV, Map.of()))).containsExactly("to myself");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "\"\"", "true", "[]", "{}", "99999999999"})
  void refusesASenderThatCannotBe(String from) throws IOException {
    Expect.refusal(
        alice.call(Opcode.RECV, "{\"from\":" + from + "}"), "INVALID_REQUEST", "from must be");
  }

  /** An agent could otherwise answer the calls of a server that is not running. */
  @Test
  void noAgentTakesTheNameOfAServer() throws IOException {
    Map<String, ?> fields = Map.of("name", "mcp-time", "command", List.of("/bin/true"));
    Expect.refusal(
        Operator.call(bob, Opcode.REGISTER, Map.of("name", "mcp-time")),
        "PERMISSION_DENIED",
        "mcp-");
    Expect.refusal(Operator.call(bob, Opcode.SPAWN, fields), "PERMISSION_DENIED", "mcp-");
    Expect.success(operator.call(Opcode.SPAWN, fields));
  }
}
