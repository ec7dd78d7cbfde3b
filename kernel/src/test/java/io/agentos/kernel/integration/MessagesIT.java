// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import io.agentos.kernel.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages between agents and operators: whose they are, their order, their bounds, their wait. */
final class MessagesIT {
  private static final int LARGEST_MESSAGE = Limits.DEFAULT_MAX_PAYLOAD - 512;

  private static KernelProcess kernel;
  private static Operator operator;
  private int aliceId;
  private int bobId;
  private WireClient alice;
  private WireClient bob;

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
    aliceId = operator.puppet("alice", Map.of());
    bobId = operator.puppet("bob", Map.of());
    alice = kernel.connectAs(aliceId);
    bob = kernel.connectAs(bobId);
  }

  @AfterEach
  void kill() throws IOException {
    alice.close();
    bob.close();
    operator.kill("alice");
    operator.kill("bob");
  }

  private static JsonNode send(WireClient from, int to, Object message) throws IOException {
    return Operator.call(from, Opcode.SEND, Map.of("to", to, "message", message));
  }

  private static JsonNode receive(WireClient client, Map<String, ?> fields) throws IOException {
    return Expect.success(Operator.call(client, Opcode.RECV, fields));
  }

  @Test
  void carriesAnyJson_inOrder_withItsSender() throws IOException {
    String[] messages = {
      "1", "\"text\"", "null", "[1,[2]]", "{\"a\":{\"b\":null}}", "1.50", "true"
    };
    for (String message : messages) {
      String request = "{\"to\":" + bobId + ",\"message\":" + message + "}";
      assertThat(Expect.success(alice.call(Opcode.SEND, request)).get("delivered_to").asInt())
          .isEqualTo(bobId);
    }
    JsonNode answer = receive(bob, Map.of());
    assertThat(answer.get("count").asInt()).isEqualTo(messages.length);
    List<String> bodies = new ArrayList<>();
    for (JsonNode message : answer.get("messages")) {
      assertThat(message.get("from").asInt()).isEqualTo(aliceId);
      assertThat(message.get("from_name").asText()).isEqualTo("alice");
      assertThat(message.get("age_ms").asLong()).isNotNegative();
      bodies.add(message.get("message").toString());
    }
    assertThat(bodies)
        .containsExactly("1", "\"text\"", "null", "[1,[2]]", "{\"a\":{\"b\":null}}", "1.5", "true");
    Expect.refusal(alice.ask(Opcode.SEND, "{'to':1}"), "INVALID_REQUEST", "message");
    assertThat(receive(bob, Map.of()).get("count").asInt()).isZero();
  }

  /** The id that SPAWN answers is the one that messages use, in both directions. */
  @Test
  void reachesTheIdThatSpawnAnswered_andTheName() throws IOException {
    assertThat(alice.ask(Opcode.HELLO, "{}").get("agent_id").asInt()).isEqualTo(aliceId);
    Expect.success(
        Operator.call(bob, Opcode.SEND, Map.of("to_name", "alice", "message", "by name")));
    assertThat(receive(alice, Map.of()).at("/messages/0/from").asInt()).isEqualTo(bobId);
    Expect.refusal(send(alice, 999_999, 1), "NOT_FOUND", "999999");
    Expect.refusal(send(alice, 0, 1), "NOT_FOUND", "0");
    Expect.refusal(
        Operator.call(alice, Opcode.SEND, Map.of("to_name", "nobody", "message", 1)),
        "NOT_FOUND",
        "nobody");
    Expect.refusal(
        Operator.call(alice, Opcode.SEND, Map.of("to", 1, "to_name", "x", "message", 1)),
        "INVALID_REQUEST",
        "exactly one");
  }

  /** Who writes another's id into the header stays who he is: mailbox, sender and permissions. */
  @Test
  void believesNoHeader() throws IOException {
    send(bob, aliceId, "for alice");
    alice.write(forged(bobId, Opcode.SEND, Map.of("to", bobId, "message", "forged")));
    WireClient.Answer sent = alice.receive();
    assertThat(sent.agentId()).isEqualTo(aliceId);
    Expect.success(sent.json());
    JsonNode got = receive(bob, Map.of()).at("/messages/0");
    assertThat(got.get("from").asInt()).isEqualTo(aliceId);
    assertThat(got.get("from_name").asText()).isEqualTo("alice");
    bob.write(forged(aliceId, Opcode.RECV, Map.of()));
    assertThat(bob.receive().json().get("count").asInt()).as("alice's mailbox").isZero();
    assertThat(receive(alice, Map.of()).get("count").asInt()).isEqualTo(1);
  }

  private static ByteBuffer forged(int agentId, Opcode opcode, Map<String, ?> fields) {
    byte[] payload = Operator.json(fields);
    ByteBuffer frame =
        ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(frame, agentId, opcode.number(), payload.length);
    return frame.put(payload).flip();
  }

  @Test
  void takesAsManyAsAskedFor_oldestFirst() throws IOException {
    for (int i = 0; i < 25; i++) {
      send(alice, bobId, i);
    }
    assertThat(receive(bob, Map.of("max", 3)).findValuesAsText("message"))
        .containsExactly("0", "1", "2");
    assertThat(receive(bob, Map.of()).findValuesAsText("message")).hasSize(10).startsWith("3");
    assertThat(receive(bob, Map.of("max", 1000)).findValuesAsText("message")).hasSize(12);
    Expect.refusal(bob.ask(Opcode.RECV, "{'max':0}"), "INVALID_REQUEST", "1 to 1000");
    Expect.refusal(bob.ask(Opcode.RECV, "{'max':1001}"), "INVALID_REQUEST", "1 to 1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "60", "99999999999", "0.5"})
  void waitsUntilAMessageCame(String wait) throws IOException {
    bob.send(Opcode.RECV.number(), ("{\"wait\":" + wait + "}").getBytes(StandardCharsets.UTF_8));
    try (WireClient second = kernel.connectAs(bobId)) {
      // Frames of one connection are carried out in order, so this says that RECV had its turn.
      assertThat(receive(second, Map.of()).get("count").asInt()).isZero();
    }
    send(alice, bobId, "at last");
    assertThat(bob.receive().json().at("/messages/0/message").asText()).isEqualTo("at last");
  }

  @ParameterizedTest
  @CsvSource({"false", "0", "0.01", "null"})
  void answersEmpty_whenTheWaitIsOver(String wait) throws IOException {
    JsonNode answer = bob.call(Opcode.RECV, "{\"wait\":" + wait + "}");
    assertThat(Expect.success(answer).get("count").asInt()).isZero();
    assertThat(answer.get("messages")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "\"soon\"", "[]", "{}"})
  void refusesAWaitThatIsNone(String wait) throws IOException {
    Expect.refusal(
        bob.call(Opcode.RECV, "{\"wait\":" + wait + "}"), "INVALID_REQUEST", "wait", "seconds");
  }

  /** Those who wait on several connections get one message each, first come first served. */
  @Test
  void givesEachMessageToOneWaiter() throws IOException {
    List<WireClient> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      WireClient waiter = kernel.connectAs(bobId);
      Expect.success(waiter.ask(Opcode.HELLO, "{}"));
      waiter.send(Opcode.RECV.number(), Operator.json(Map.of("wait", true)));
      waiters.add(waiter);
    }
    for (int i = 0; i < 5; i++) {
      send(alice, bobId, i);
    }
    List<String> got = new ArrayList<>();
    for (WireClient waiter : waiters) {
      JsonNode answer = waiter.receive().json();
      got.addAll(answer.findValuesAsText("message"));
      waiter.close();
    }
    assertThat(got).containsExactlyInAnyOrder("0", "1", "2", "3", "4");
  }

  /** A waiter that went away must not take a message with it. */
  @Test
  void keepsTheMessage_whenTheOneWhoWaitedIsGone() throws IOException {
    Expect.success(bob.ask(Opcode.HELLO, "{}"));
    long before = kernel.descriptors();
    for (int i = 0; i < 20; i++) {
      try (WireClient gone = kernel.connectAs(bobId)) {
        Expect.success(gone.ask(Opcode.HELLO, "{}"));
        gone.send(Opcode.RECV.number(), Operator.json(Map.of("wait", true)));
      }
    }
    Until.holds("the kernel has seen them leave", () -> kernel.descriptors() <= before);
    send(alice, bobId, "kept");
    assertThat(receive(bob, Map.of()).at("/messages/0/message").asText()).isEqualTo("kept");
  }

  @Test
  void refusesTheSender_whenTheBoxIsFull_andLosesNothing() throws IOException {
    for (int i = 0; i < Limits.MAILBOX_MESSAGES; i++) {
      Expect.success(send(alice, bobId, i));
    }
    Expect.refusal(send(alice, bobId, "too many"), "RESOURCE_EXHAUSTED", "unread", "receiver");
    JsonNode all = receive(bob, Map.of("max", Limits.MAILBOX_MESSAGES));
    assertThat(all.get("count").asInt()).isEqualTo(Limits.MAILBOX_MESSAGES);
    Expect.success(send(alice, bobId, "room again"));
  }

  /** What was accepted can be received: answers stay within max_payload, message by message. */
  @Test
  void deliversTheLargestMessages_oneAnswerEach() throws IOException {
    String large = "x".repeat(LARGEST_MESSAGE - 2);
    for (int i = 0; i < 3; i++) {
      Expect.success(send(alice, bobId, large));
    }
    Expect.refusal(
        send(alice, bobId, "x".repeat(LARGEST_MESSAGE)),
        "TOO_LARGE",
        String.valueOf(LARGEST_MESSAGE));
    for (int i = 0; i < 3; i++) {
      JsonNode answer = receive(bob, Map.of());
      assertThat(answer.get("count").asInt()).isEqualTo(1);
      assertThat(answer.at("/messages/0/message").asText()).isEqualTo(large);
    }
    assertThat(receive(bob, Map.of()).get("count").asInt()).isZero();
  }

  @Test
  void broadcastsToAllWithAName_andSaysToHowMany() throws IOException {
    try (WireClient named = kernel.connect();
        WireClient nameless = kernel.connect()) {
      Expect.success(named.ask(Opcode.REGISTER, "{'name':'observer'}"));
      JsonNode answer = alice.ask(Opcode.BROADCAST, "{'message':{'to':'all'}}");
      assertThat(Expect.success(answer).get("delivered_count").asInt()).isEqualTo(2);
      assertThat(receive(bob, Map.of()).at("/messages/0/from").asInt()).isEqualTo(aliceId);
      assertThat(receive(named, Map.of()).get("count").asInt()).isEqualTo(1);
      assertThat(receive(nameless, Map.of()).get("count").asInt()).isZero();
      assertThat(receive(alice, Map.of()).get("count").asInt()).isZero();
      JsonNode all = alice.ask(Opcode.BROADCAST, "{'message':1,'include_self':true}");
      assertThat(all.get("delivered_count").asInt()).isEqualTo(3);
      assertThat(receive(alice, Map.of()).get("count").asInt()).isEqualTo(1);
    }
  }

  @Test
  void broadcastsPastAFullBox_countingIt() throws IOException {
    for (int i = 0; i < Limits.MAILBOX_MESSAGES; i++) {
      send(alice, bobId, i);
    }
    JsonNode answer = alice.ask(Opcode.BROADCAST, "{'message':1,'include_self':true}");
    assertThat(answer.get("delivered_count").asInt()).isEqualTo(1);
    assertThat(answer.get("refused_count").asInt()).isEqualTo(1);
  }

  @Test
  void registersNames_eachOnce_andFreesThem() throws IOException {
    try (WireClient one = kernel.connect();
        WireClient two = kernel.connect()) {
      int id = Expect.success(one.ask(Opcode.REGISTER, "{'name':'desk'}")).get("agent_id").asInt();
      Expect.refusal(two.ask(Opcode.REGISTER, "{'name':'desk'}"), "ALREADY_EXISTS", "\"desk\"");
      Expect.refusal(two.ask(Opcode.REGISTER, "{'name':'alice'}"), "ALREADY_EXISTS", "alice");
      Expect.refusal(alice.ask(Opcode.REGISTER, "{'name':'bob'}"), "ALREADY_EXISTS", "bob");
      Expect.success(one.ask(Opcode.REGISTER, "{'name':'desk'}"));
      Expect.success(
          Operator.call(alice, Opcode.SEND, Map.of("to_name", "desk", "message", "hello")));
      assertThat(receive(one, Map.of()).get("count").asInt()).isEqualTo(1);
      assertThat(send(alice, id, "by id").get("delivered_to").asInt()).isEqualTo(id);
      Expect.success(one.ask(Opcode.REGISTER, "{'name':'counter'}"));
      Expect.success(two.ask(Opcode.REGISTER, "{'name':'desk'}"));
    }
    Until.holds(
        "the names are free",
        () -> {
          try (WireClient next = kernel.connect()) {
            return next.ask(Opcode.REGISTER, "{'name':'desk'}").get("success").asBoolean();
          }
        });
    for (String name : List.of("", "a b", "a/b", "../x", "-x", ".x", "é", "n".repeat(65))) {
      Expect.refusal(
          Operator.call(alice, Opcode.REGISTER, Map.of("name", name)), "INVALID_REQUEST", "name");
    }
  }

  @Test
  void losesAnEndedAgentsBox_andSaysSo() throws IOException {
    int id = operator.sleeper("ended", Map.of());
    Expect.success(send(alice, id, 1));
    operator.kill("ended");
    Expect.refusal(send(alice, id, 1), "NOT_FOUND", String.valueOf(id));
    Expect.refusal(
        Operator.call(alice, Opcode.SEND, Map.of("to_name", "ended", "message", 1)), "NOT_FOUND");
  }

  @Test
  void keepsMessagesAcrossARestart() throws IOException {
    String program =
        """
        import os, socket, struct, sys
        if not os.path.exists('/workspace/second'):
            open('/workspace/second', 'w').close()
            print('first', flush=True)
            while not os.path.exists('/workspace/die'):
                pass
            sys.exit(1)
        s = socket.socket(socket.AF_UNIX)
        s.connect('/run/agentos.sock')
        s.sendall(struct.pack('<IIBQ', 0x41474E54, 0, 0x21, 2) + b'{}')
        print(s.recv(65536)[17:].decode(), flush=True)
        """;
    int id =
        operator.python(
            "phoenix", program, Map.of("restart_policy", "on-failure", "max_restarts", 1));
    operator.awaitLine("phoenix", "first");
    Expect.success(send(alice, id, "for the second run"));
    Expect.success(
        operator.call(
            Opcode.WRITE,
            Map.of(
                "path",
                kernel.folder().resolve("state/workspaces/" + id + "-phoenix/die").toString(),
                "content",
                "")));
    assertThat(operator.await("phoenix").get("restarts").asInt()).isEqualTo(1);
    assertThat(operator.log("phoenix")).contains("for the second run");
  }
}
