// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import io.agentos.kernel.wire.Frame;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that mean harm or do not care: each is bounded, and a bystander gets on. */
final class HostileClientsIT {
  private static final int CROWD = 10_000;

  /** Descriptors that the test and the kernel need besides the crowd's. */
  private static final int OTHER_DESCRIPTORS = 1000;

  private static KernelProcess kernel;
  private static Operator bystander;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    bystander = new Operator(kernel);
  }

  @AfterAll
  static void stop() throws IOException {
    bystander.close();
    kernel.close();
  }

  @AfterEach
  void theBystanderGetsOn() throws IOException {
    getsOn(10);
  }

  /** So many calls of the bystander are answered, whatever else there is to do. */
  private static void getsOn(int calls) throws IOException {
    for (int i = 0; i < calls; i++) {
      Expect.success(bystander.call(Opcode.HELLO, Map.of()));
    }
    assertThat(bystander.call(Opcode.LIST, Map.of()).isArray()).isTrue();
  }

  private static SocketChannel connectRaw() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(kernel.socket()));
  }

  /**
   * Who does not read is not read from either: what the kernel takes from it is bounded. When it
   * comes to its senses it gets every answer.
   */
  @Test
  void takesABoundedAmount_fromAClientThatNeverReads() throws IOException {
    byte[] frame = WireClient.frame(Opcode.NOOP.number(), new byte[50_000]).array();
    try (SocketChannel deaf = connectRaw()) {
      deaf.configureBlocking(false);
      ByteBuffer out = ByteBuffer.wrap(frame);
      long taken = 0;
      int refusals = 0;
      while (refusals < 200) {
        if (!out.hasRemaining()) {
          out.rewind();
        }
        int n = deaf.write(out);
        taken += n;
        refusals = n == 0 ? refusals + 1 : 0;
        if (n == 0) {
          getsOn(1);
        }
        assertThat(taken).isLessThan(8 << 20);
      }
      assertThat(readFrames(deaf, out, frame)).isGreaterThan(2);
    }
  }

  /** Finishes the frame that was begun, then reads echoes until nothing more comes. */
  private static int readFrames(SocketChannel client, ByteBuffer rest, byte[] frame)
      throws IOException {
    int expected = 0;
    ByteBuffer in = ByteBuffer.allocate(frame.length);
    while (rest.hasRemaining() || in.position() > 0 || expected == 0) {
      client.write(rest);
      if (client.read(in) < 0) {
        throw new EOFException("after " + expected + " answers");
      }
      if (!in.hasRemaining()) {
        assertThat(Frame.hasMagic(in.order(ByteOrder.LITTLE_ENDIAN), 0)).isTrue();
        assertThat(Frame.payloadSize(in, 0)).isEqualTo(frame.length - Frame.HEADER_BYTES);
        expected++;
        in.clear();
      }
    }
    return expected;
  }

  @Test
  void servesOthers_besideManyThatNeverRead() throws IOException {
    List<SocketChannel> deaf = new ArrayList<>();
    byte[] frame = WireClient.frame(Opcode.LIST.number(), new byte[0]).array();
    for (int i = 0; i < 200; i++) {
      SocketChannel client = connectRaw();
      client.configureBlocking(false);
      ByteBuffer many = ByteBuffer.allocate(500 * frame.length);
      while (many.hasRemaining()) {
        many.put(frame);
      }
      client.write(many.flip());
      deaf.add(client);
    }
    getsOn(200);
    for (SocketChannel client : deaf) {
      client.close();
    }
  }

  @Test
  void readsByteByByte_whileOthersAreServed() throws IOException {
    byte[] payload = new byte[700];
    new Random(7).nextBytes(payload);
    ByteBuffer frame = WireClient.frame(Opcode.NOOP.number(), payload);
    try (WireClient dripping = kernel.connect()) {
      for (int i = 0; i < frame.limit(); i++) {
        dripping.write(frame.duplicate().position(i).limit(i + 1));
        getsOn(1);
      }
      assertThat(dripping.receive().payload()).isEqualTo(payload);
    }
  }

  /** Half a frame of each, then gone; and half an hour's worth of calls that nobody waits for. */
  @Test
  void forgetsThoseWhoDie_withTheirFramesAndTheirCalls() throws IOException {
    getsOn(1);
    long before = kernel.descriptors();
    for (int i = 0; i < 300; i++) {
      try (WireClient client = kernel.connect()) {
        client.send(Opcode.RECV.number(), Operator.json(Map.of("wait", true)));
        for (int behind = 0; behind < 50; behind++) {
          client.send(Opcode.EXEC.number(), Operator.json(Map.of("command", "sleep 1000")));
        }
        client.write(WireClient.header(Frame.MAGIC, Opcode.WRITE.number(), 1_000_000));
        client.write(ByteBuffer.allocate(i * 100));
      }
    }
    Until.holds("they are forgotten", () -> kernel.descriptors() <= before);
    assertThat(Procs.tree(kernel.pid())).as("no command of theirs runs").hasSizeLessThan(5);
  }

  @Test
  void answersAndClosesWhoeverTalksNonsense() throws IOException {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      try (WireClient client = kernel.connect()) {
        byte[] noise = new byte[4 + random.nextInt(5000)];
        random.nextBytes(noise);
        noise[0] = 0;
        try {
          client.write(ByteBuffer.wrap(noise));
          Expect.refusal(client.receive().json(), "INVALID_FRAME", "54 4E 47 41");
        } catch (IOException closedAlready) {
          assertThat(closedAlready).hasMessageMatching("(?i).*(reset|pipe).*");
        }
      }
    }
  }

  /** Frames that are never finished take a bounded share of the kernel's memory, per agent. */
  @Test
  void boundsUnfinishedFrames_ofOneAgent() throws IOException {
    int id = bystander.puppet("hoarder", Map.of());
    List<WireClient> hoard = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      WireClient client = kernel.connectAs(id);
      client.write(
          WireClient.header(Frame.MAGIC, Opcode.NOOP.number(), Limits.DEFAULT_MAX_PAYLOAD));
      writeUnlessRefused(client, Limits.DEFAULT_MAX_PAYLOAD - 1);
      hoard.add(client);
    }
    getsOn(10);
    int served = 0;
    for (WireClient client : hoard) {
      served += finish(client) ? 1 : 0;
      client.close();
    }
    assertThat(served).isBetween(1, (Limits.HELD_BYTES_PER_AGENT >> 20) + 2);
    try (WireClient again = kernel.connectAs(id)) {
      again.send(Opcode.NOOP.number(), new byte[Limits.DEFAULT_MAX_PAYLOAD]);
      assertThat(again.receive().payload()).as("room again").hasSize(Limits.DEFAULT_MAX_PAYLOAD);
    }
    bystander.kill("hoarder");
  }

  /** Sends the last byte; whether the frame was answered, as it was not refused before. */
  private static boolean finish(WireClient client) throws IOException {
    writeUnlessRefused(client, 1);
    WireClient.Answer answer = client.receive();
    if (answer.payload().length == Limits.DEFAULT_MAX_PAYLOAD) {
      return true;
    }
    Expect.refusal(answer.json(), "RESOURCE_EXHAUSTED", "held already");
    return false;
  }

  private static void writeUnlessRefused(WireClient client, int zeros) {
    try {
      client.write(ByteBuffer.allocate(zeros));
    } catch (IOException closed) {
      // The kernel has refused the frame and closed; its answer is still there to be read.
    }
  }

  @Test
  void boundsTheConnections_ofOneAgent() throws IOException {
    int id = bystander.puppet("crowding", Map.of());
    List<WireClient> all = new ArrayList<>();
    for (int i = 0; i < Limits.CONNECTIONS_PER_AGENT; i++) {
      WireClient client = kernel.connectAs(id);
      Expect.success(client.ask(Opcode.HELLO, "{}"));
      all.add(client);
    }
    try (WireClient tooMany = kernel.connectAs(id)) {
      assertThat(tooMany.isEnded()).isTrue();
    }
    for (WireClient client : all) {
      Expect.success(client.ask(Opcode.HELLO, "{}"));
      client.close();
    }
    Until.holds(
        "there is room again",
        () -> {
          try (WireClient next = kernel.connectAs(id)) {
            return next.ask(Opcode.HELLO, "{}").path("success").asBoolean();
          } catch (IOException notYet) {
            return false;
          }
        });
    bystander.kill("crowding");
  }

  @Test
  void servesTenThousandAtOnce() throws IOException {
    long descriptors = Sys.hardLimit(Sys.RLIMIT_NOFILE);
    int count = (int) Math.min(CROWD, descriptors - OTHER_DESCRIPTORS);
    long before = kernel.descriptors();
    long threads = Procs.status(kernel.pid(), "Threads");
    List<WireClient> crowd = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      crowd.add(kernel.connect());
    }
    byte[] payload = new byte[32];
    for (WireClient client : crowd) {
      client.send(Opcode.NOOP.number(), payload);
    }
    getsOn(100);
    for (WireClient client : crowd) {
      assertThat(client.receive().payload()).hasSize(payload.length);
    }
    assertThat(kernel.descriptors()).isGreaterThanOrEqualTo(before + count);
    assertThat(Procs.status(kernel.pid(), "Threads")).isLessThanOrEqualTo(threads + 20);
    for (WireClient client : crowd) {
      client.close();
    }
    Until.holds("their descriptors are back", () -> kernel.descriptors() <= before);
  }

  /** Without descriptors the kernel waits for some, and burns no processor meanwhile. */
  @Test
  void waitsForDescriptors_withoutSpinning() throws IOException {
    try (KernelProcess small =
        KernelProcess.start(Map.of(), List.of("prlimit", "--nofile=160:160"))) {
      try (Operator first = new Operator(small)) {
        List<WireClient> crowd = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          crowd.add(small.connect());
        }
        Until.holds("it has run out", () -> refusals(small) >= 2);
        long from = refusals(small);
        long ticks = ticks(small.pid());
        Until.holds("it has tried again", () -> refusals(small) >= from + 10);
        assertThat(ticks(small.pid()) - ticks).as("hundredths of a second in one").isLessThan(50);
        Expect.success(first.call(Opcode.HELLO, Map.of()));
        JsonNode spawn =
            first.call(Opcode.SPAWN, Map.of("name", "x", "command", List.of("/bin/true")));
        Expect.refusal(spawn, spawn.path("code").asText());
        for (WireClient client : crowd.subList(0, 150)) {
          client.close();
        }
        for (WireClient client : crowd.subList(150, 200)) {
          Expect.success(client.ask(Opcode.HELLO, "{}"));
          client.close();
        }
        first.spawn("y", List.of("/bin/true"), Map.of());
        first.await("y");
      }
    }
  }

  private static long refusals(KernelProcess of) throws IOException {
    return of.log().lines().filter(line -> line.contains("no connection can be accepted")).count();
  }

  /** Processor time of a process, in hundredths of a second. */
  private static long ticks(long pid) {
    String stat = Procs.read(pid, "stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }
}
