// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.WireClient;
import io.agentos.kernel.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frames and payloads of every shape, against a real kernel; after each case the kernel must still
 * serve others.
 */
final class ProtocolIT {
  private static KernelProcess kernel;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
  }

  @AfterAll
  static void stop() throws IOException {
    kernel.close();
  }

  @AfterEach
  void stillServesOthers() throws IOException {
    try (WireClient other = kernel.connect()) {
      assertThat(other.ask(Opcode.HELLO, "{}").get("success").asBoolean()).isTrue();
    }
  }

  @Test
  void echoesNoop_whateverItsBytes() throws IOException {
    byte[] bytes = {0, -1, '{', 7};
    try (WireClient client = kernel.connect()) {
      client.send(Opcode.NOOP.number(), bytes);
      assertThat(client.receive().payload()).isEqualTo(bytes);
      client.send(Opcode.NOOP.number(), new byte[0]);
      assertThat(client.receive().payload()).isEmpty();
    }
  }

  @Test
  void helloTellsIdAndLimits() throws IOException {
    try (WireClient client = kernel.connect()) {
      client.send(Opcode.HELLO.number(), "{}".getBytes(StandardCharsets.UTF_8));
      WireClient.Answer answer = client.receive();
      assertThat(answer.json().get("agent_id").asInt()).isEqualTo(answer.agentId()).isPositive();
      assertThat(answer.json().at("/limits/max_payload").asInt())
          .isEqualTo(Limits.DEFAULT_MAX_PAYLOAD);
      assertThat(answer.json().get("features")).hasSize(Opcode.values().length);
    }
  }

  @Test
  void answersAndCloses_whenTheMagicIsWrong() throws IOException {
    try (WireClient client = kernel.connect()) {
      client.write(WireClient.header(0x12345678, 0, 0));
      assertThat(client.receive().json().get("code").asText()).isEqualTo("INVALID_FRAME");
      assertThat(client.isEnded()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Limits.DEFAULT_MAX_PAYLOAD + 1L, 1L << 31, 1L << 62, Long.MIN_VALUE, -1})
  void answersAndCloses_whenThePayloadIsTooLarge(long size) throws IOException {
    try (WireClient client = kernel.connect()) {
      client.write(WireClient.header(Frame.MAGIC, Opcode.LIST.number(), size));
      WireClient.Answer answer = client.receive();
      assertThat(answer.json().get("code").asText()).isEqualTo("TOO_LARGE");
      assertThat(answer.opcode()).isEqualTo(Opcode.LIST.number());
      assertThat(answer.json().get("error").asText())
          .contains(Long.toUnsignedString(size), "1048576");
      assertThat(client.isEnded()).isTrue();
    }
  }

  @Test
  void takesThePayloadThatIsJustSmallEnough() throws IOException {
    byte[] largest = new byte[Limits.DEFAULT_MAX_PAYLOAD];
    new Random(1).nextBytes(largest);
    try (WireClient client = kernel.connect()) {
      client.send(Opcode.NOOP.number(), largest);
      assertThat(client.receive().payload()).isEqualTo(largest);
    }
  }

  @Test
  void readsAFrameThatIsSplitAtEveryByte() throws IOException {
    byte[] frame =
        WireClient.frame(
                Opcode.HELLO.number(), "{\"client\":\"x\"}".getBytes(StandardCharsets.UTF_8))
            .array();
    try (WireClient client = kernel.connect()) {
      for (int cut = 1; cut < frame.length; cut++) {
        client.write(ByteBuffer.wrap(frame, 0, cut));
        client.write(ByteBuffer.wrap(frame, cut, frame.length - cut));
        assertThat(client.receive().json().get("success").asBoolean())
            .as("cut at %d", cut)
            .isTrue();
      }
    }
  }

  @Test
  void answersAThousandPipelinedFramesInOrder() throws IOException {
    ByteBuffer frames = ByteBuffer.allocate(200_000);
    for (int i = 0; i < 1000; i++) {
      boolean slow =
          i % 10 == 0; // READ runs on another thread; its answer must still come in its turn
      byte[] payload =
          (slow ? "{\"path\":\"/nowhere/" + i + "\"}" : "n" + i).getBytes(StandardCharsets.UTF_8);
      frames.put(WireClient.frame(slow ? Opcode.READ.number() : Opcode.NOOP.number(), payload));
    }
    try (WireClient client = kernel.connect()) {
      client.write(frames.flip());
      for (int i = 0; i < 1000; i++) {
        String answer = new String(client.receive().payload(), StandardCharsets.UTF_8);
        assertThat(answer).contains(i % 10 == 0 ? "/nowhere/" + i : "n" + i);
      }
    }
  }

  @Test
  void servesFramesInRandomPieces() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] stream = new byte[0];
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      byte[] payload =
          new byte[random.nextInt(4) == 0 ? random.nextInt(150_000) : random.nextInt(100)];
      random.nextBytes(payload);
      sent.add(payload);
      byte[] frame = WireClient.frame(Opcode.NOOP.number(), payload).array();
      stream = Arrays.copyOf(stream, stream.length + frame.length);
      System.arraycopy(frame, 0, stream, stream.length - frame.length, frame.length);
    }
    byte[] all = stream;
    try (WireClient client = kernel.connect()) {
      Thread writer = new Thread(() -> writeInPieces(client, all, random));
      writer.start();
      for (byte[] payload : sent) {
        assertThat(client.receive().payload()).as("seed %d", seed).isEqualTo(payload);
      }
    }
  }

  private static void writeInPieces(WireClient client, byte[] bytes, Random random) {
    int at = 0;
    try {
      while (at < bytes.length) {
        int piece = Math.min(bytes.length - at, 1 + random.nextInt(20_000));
        client.write(ByteBuffer.wrap(bytes, at, piece));
        at += piece;
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesAnUnknownCall_andTheConnectionLivesOn() throws IOException {
    try (WireClient client = kernel.connect()) {
      client.send(0xEE, new byte[0]);
      JsonNode answer = client.receive().json();
      assertThat(answer.get("code").asText()).isEqualTo("UNKNOWN_SYSCALL");
      assertThat(answer.get("error").asText()).contains("0xEE");
      assertThat(client.ask(Opcode.LIST, "{}").isArray()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "5",
        "null",
        "\"x\"",
        "{",
        "{]",
        "{\"path\":1}",
        "{\"path\":[]}",
        "{\"path\":null}",
        "{\"path\":\"/x\",\"path\":\"/y\"}",
        "{\"limit\":1.5,\"path\":\"/x\"}",
        "{\"limit\":\"1\",\"path\":\"/x\"}",
        "{\"limit\":NaN,\"path\":\"/x\"}",
        "{\"limit\":99999999999999999999,\"path\":\"/x\"}",
        "{\"pth\":\"/x\"}",
        "{} {}",
        "{\"path\":\"a\"}",
        "{\"path\":\"/a\\u0000b\"}"
      })
  void refusesABadPayload_withASentence(String payload) throws IOException {
    try (WireClient client = kernel.connect()) {
      JsonNode answer = client.call(Opcode.READ, payload);
      assertThat(answer.get("success").asBoolean()).isFalse();
      assertThat(answer.get("code").asText()).isEqualTo("INVALID_REQUEST");
      assertThat(answer.get("error").asText())
          .isNotBlank()
          .doesNotContain("com.fasterxml", "java.", "io.agentos");
      assertThat(client.ask(Opcode.HELLO, "{}").get("success").asBoolean()).isTrue();
    }
  }

  @Test
  void namesTheFieldAndTheKnownOnes_whenAFieldIsUnknown() throws IOException {
    try (WireClient client = kernel.connect()) {
      assertThat(client.ask(Opcode.READ, "{'pth':'/x'}").get("error").asText())
          .contains("pth", "path");
    }
  }

  /** Some parsers end the process at a depth that fits any request. */
  @ParameterizedTest
  @ValueSource(ints = {129, 10_000, 250_000})
  void refusesJsonThatIsTooDeep(int depth) throws IOException {
    String lists = "[".repeat(depth) + "]".repeat(depth);
    String objects = "{\"a\":".repeat(depth / 3) + "1" + "}".repeat(depth / 3);
    try (WireClient client = kernel.connect()) {
      for (String deep : List.of(lists, depth < 1000 ? lists : objects)) {
        JsonNode answer = client.call(Opcode.SEND, "{\"to\":1,\"message\":" + deep + "}");
        Expect.refusal(answer, "INVALID_REQUEST", "128");
      }
      Expect.refusal(client.call(Opcode.READ, lists), "INVALID_REQUEST");
    }
  }

  @Test
  void refusesInvalidUtf8() throws IOException {
    byte[] payload = "{\"path\":\"/x??\"}".getBytes(StandardCharsets.ISO_8859_1);
    payload[11] = (byte) 0xC3;
    payload[12] = (byte) 0x28;
    try (WireClient client = kernel.connect()) {
      client.send(Opcode.READ.number(), payload);
      assertThat(client.receive().json().get("code").asText()).isEqualTo("INVALID_REQUEST");
    }
  }

  @Test
  void answersWhatWasAsked_whenTheClientHalfCloses() throws IOException {
    try (WireClient client = kernel.connect()) {
      client.send(Opcode.READ.number(), "{\"path\":\"/nowhere\"}".getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();
      assertThat(client.receive().json().get("code").asText()).isEqualTo("NOT_FOUND");
      assertThat(client.isEnded()).isTrue();
    }
  }

  @Test
  void closesAfterExit() throws IOException {
    try (WireClient client = kernel.connect()) {
      assertThat(client.ask(Opcode.EXIT, "{}").get("success").asBoolean()).isTrue();
      assertThat(client.isEnded()).isTrue();
    }
  }

  @Test
  void survivesClientsThatDieInMidFrame() throws IOException {
    for (int i = 0; i < 500; i++) {
      try (WireClient client = kernel.connect()) {
        client.write(WireClient.header(Frame.MAGIC, Opcode.READ.number(), 100));
        if (i % 2 == 0) {
          client.write(ByteBuffer.wrap(new byte[i % 100]));
        }
      }
    }
  }

  @Test
  void survivesClientsThatDieWhileTheirAnswerIsMade() throws IOException {
    for (int i = 0; i < 300; i++) {
      try (WireClient client = kernel.connect()) {
        client.send(
            Opcode.EXEC.number(), "{\"command\":\"echo x\"}".getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void isNotSlowedByAClientThatNeverReads() throws IOException {
    try (WireClient deaf = kernel.connect();
        WireClient other = kernel.connect()) {
      Thread flood = new Thread(() -> floodQuietly(deaf));
      flood.setDaemon(true);
      flood.start();
      for (int i = 0; i < 1000; i++) {
        other.send(Opcode.NOOP.number(), new byte[] {1});
        assertThat(other.receive().payload()).hasSize(1);
      }
    }
  }

  private static void floodQuietly(WireClient deaf) {
    byte[] payload = new byte[60_000];
    try {
      while (true) {
        deaf.send(Opcode.NOOP.number(), payload);
      }
    } catch (IOException closedByTheTest) {
      // what it is for
    }
  }
}
