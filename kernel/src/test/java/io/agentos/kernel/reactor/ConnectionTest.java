// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.testing.LiveReactor;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Frame;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Frames over a real socket to a connection whose client answers at once, later or in parts. */
final class ConnectionTest {
  private static final int AGENT = 42;
  private static final int AT_ONCE = 1;
  private static final int LATER = 2;
  private static final int HELD_BUT_AT_ONCE = 3;
  private static final int IN_PARTS = 4;
  private static final int LAST = 0xFF;
  private static final int MOST = 1 << 20;
  private static final int PARTS = 3;
  private static final Budget PLENTY = Budget.of(64 << 20);
  private static final long PATIENCE_MILLIS = 20_000;

  private static final Timer WATCHDOG = new Timer("watchdog", /* isDaemon= */ true);

  private static LiveReactor live = new LiveReactor();
  private static Path socket = Path.of("");
  private static volatile Budget budget = PLENTY;
  private static volatile CompletableFuture<Served> served = new CompletableFuture<>();

  @BeforeContainer
  static void listen() throws IOException {
    live = new LiveReactor();
    socket = Files.createTempDirectory("connection").resolve("s");
    IoBuffers buffers = new IoBuffers();
    live.on(
        () ->
            new Listener(
                live.reactor(),
                socket,
                0600,
                channel -> {
                  Connection connection = new Connection(live.reactor(), buffers, budget, channel);
                  Served client = new Served(connection, live.reactor());
                  connection.serve(client);
                  served.complete(client);
                }));
  }

  @AfterContainer
  static void stop() {
    live.close();
  }

  /** Answers each frame with its own payload, in the way that its opcode says. */
  private static final class Served implements Connection.Client {
    final Connection connection;
    final CompletableFuture<Boolean> gone = new CompletableFuture<>();
    private final Reactor reactor;
    int closedCalls;

    Served(Connection connection, Reactor reactor) {
      this.connection = connection;
      this.reactor = reactor;
    }

    @Override
    public int maxPayload() {
      return MOST;
    }

    @Override
    public void frame(int opcode, ByteBuffer payload) {
      ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
      switch (opcode) {
        case LATER -> {
          connection.hold();
          reactor.post(() -> answer(opcode, copy));
        }
        case HELD_BUT_AT_ONCE -> {
          connection.hold();
          answer(opcode, copy);
        }
        case IN_PARTS -> {
          connection.hold();
          part(opcode, copy, PARTS);
        }
        case LAST -> {
          connection.send(AGENT, opcode, copy);
          connection.end();
        }
        default -> connection.send(AGENT, opcode, copy);
      }
    }

    private void answer(int opcode, ByteBuffer payload) {
      connection.send(AGENT, opcode, payload);
      connection.release();
    }

    private void part(int opcode, ByteBuffer payload, int left) {
      if (left == 0) {
        answer(opcode, payload);
        return;
      }
      connection.send(AGENT, opcode, payload.duplicate());
      connection.push();
      connection.whenDrained(() -> part(opcode, payload, left - 1));
    }

    @Override
    public void broken(int opcode, ErrorCode code, String sentence) {
      connection.send(AGENT, opcode, ByteBuffer.wrap(new byte[] {(byte) code.ordinal()}));
    }

    @Override
    public void closed() {
      closedCalls++;
      gone.complete(true);
    }
  }

  private record Sent(int opcode, byte[] payload) {
    int answers() {
      return opcode == IN_PARTS ? PARTS + 1 : 1;
    }
  }

  /** Whatever the pieces, the sizes, the ways of answering and the pace of the reader. */
  @Property(tries = 150)
  void answersEveryFrameOnceAndInOrder_thenCloses(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<Sent> frames = frames(random);
    served = new CompletableFuture<>();
    try (SocketChannel client = connect()) {
      Thread writer = new Thread(() -> writeInPieces(client, stream(frames), new Random(seed)));
      writer.start();
      for (Sent frame : frames) {
        for (int i = 0; i < frame.answers(); i++) {
          expect(client, frame, random);
        }
      }
      assertThat(client.read(ByteBuffer.allocate(1))).as("closed after the last").isNegative();
    }
    Served client = LiveReactor.await(served);
    LiveReactor.await(client.gone);
    assertThat(live.on(() -> client.closedCalls)).isEqualTo(1);
  }

  private static List<Sent> frames(Random random) {
    List<Sent> frames = new ArrayList<>();
    int count = random.nextInt(25);
    for (int i = 0; i < count; i++) {
      int size = random.nextInt(5) == 0 ? random.nextInt(300_000) : random.nextInt(200);
      frames.add(new Sent(1 + random.nextInt(IN_PARTS), bytes(random, size)));
    }
    frames.add(new Sent(LAST, bytes(random, random.nextInt(100))));
    return frames;
  }

  private static byte[] bytes(Random random, int size) {
    byte[] payload = new byte[size];
    random.nextBytes(payload);
    return payload;
  }

  private static ByteBuffer stream(List<Sent> frames) {
    int total = frames.stream().mapToInt(f -> Frame.HEADER_BYTES + f.payload.length).sum();
    ByteBuffer all = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    for (Sent frame : frames) {
      Frame.putHeader(all, 0, frame.opcode, frame.payload.length);
      all.put(frame.payload);
    }
    return all.flip();
  }

  private static void writeInPieces(SocketChannel client, ByteBuffer all, Random random) {
    boolean whole = random.nextBoolean();
    try {
      while (all.hasRemaining()) {
        int piece = whole ? all.remaining() : 1 + random.nextInt(Math.min(40_000, all.remaining()));
        ByteBuffer slice = all.slice(all.position(), piece);
        while (slice.hasRemaining()) {
          client.write(slice);
        }
        all.position(all.position() + piece);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Now and then the reader leaves its answers lying until the kernel had a turn or two. */
  private static void expect(SocketChannel client, Sent frame, Random random) throws IOException {
    for (int pauses = random.nextInt(3); pauses > 0; pauses--) {
      live.on(() -> true);
    }
    ByteBuffer header = read(client, Frame.HEADER_BYTES);
    assertThat(Frame.hasMagic(header, 0)).isTrue();
    assertThat(header.getInt(4)).isEqualTo(AGENT);
    assertThat(Frame.opcode(header, 0)).isEqualTo(frame.opcode);
    assertThat(Frame.payloadSize(header, 0)).isEqualTo(frame.payload.length);
    assertThat(read(client, frame.payload.length).array()).isEqualTo(frame.payload);
  }

  private static ByteBuffer read(SocketChannel client, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      assertThat(client.read(bytes))
          .as("bytes after %d of %d", bytes.position(), count)
          .isPositive();
    }
    return bytes.flip();
  }

  /** A wait that would never end fails: the channel is closed under it. */
  private static SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    WATCHDOG.schedule(
        new TimerTask() {
          @Override
          public void run() {
            closeQuietly(channel);
          }
        },
        PATIENCE_MILLIS);
    return channel;
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A broken frame behind others that the client has not read yet still ends the connection. */
  @Property(tries = 20)
  void closesAfterABrokenFrame_whateverIsQueuedBefore(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<Sent> frames = new ArrayList<>(frames(random));
    frames.remove(frames.size() - 1);
    ByteBuffer good = stream(frames);
    ByteBuffer all = ByteBuffer.allocate(good.remaining() + Frame.HEADER_BYTES);
    all.put(good).put(new byte[Frame.HEADER_BYTES]).flip();
    served = new CompletableFuture<>();
    try (SocketChannel client = connect()) {
      Thread writer = new Thread(() -> writeInPieces(client, all, new Random(seed)));
      writer.start();
      for (Sent frame : frames) {
        for (int i = 0; i < frame.answers(); i++) {
          expect(client, frame, random);
        }
      }
      expect(client, new Sent(0, new byte[] {(byte) ErrorCode.INVALID_FRAME.ordinal()}), random);
      assertThat(isEnded(client)).isTrue();
    }
    LiveReactor.await(LiveReactor.await(served).gone);
  }

  @Provide
  static Arbitrary<Integer> beforeTheFrameIsGone() {
    return Arbitraries.of(AT_ONCE, HELD_BUT_AT_ONCE, IN_PARTS);
  }

  /** With the frame held there is no room for as large an answer, but for a word. */
  @Property(tries = 20)
  void tellsThatAnAnswerHasNoRoom_thenCloses(@ForAll("beforeTheFrameIsGone") int opcode)
      throws IOException {
    budget = Budget.of(MOST + MOST / 2 + MOST / 4);
    served = new CompletableFuture<>();
    try (SocketChannel client = connect()) {
      writeInPieces(
          client, stream(List.of(new Sent(opcode, new byte[MOST - 100]))), new Random(opcode));
      byte[] refusal = {(byte) ErrorCode.RESOURCE_EXHAUSTED.ordinal()};
      expect(client, new Sent(opcode, refusal), new Random(opcode));
      assertThat(isEnded(client)).isTrue();
    } finally {
      budget = PLENTY;
    }
    LiveReactor.await(LiveReactor.await(served).gone);
  }

  /** A connection that is closed while more of a broken stream arrives ends in a reset. */
  private static boolean isEnded(SocketChannel client) throws IOException {
    try {
      return client.read(ByteBuffer.allocate(1)) < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** What the sweep for half-sent frames asks. */
  @Property(tries = 1)
  void isStalled_onlyWhileAFrameIsUnfinished() throws IOException {
    served = new CompletableFuture<>();
    try (SocketChannel client = connect()) {
      Connection connection = LiveReactor.await(served).connection;
      assertThat(live.on(() -> connection.stalled(Duration.ZERO))).isFalse();
      ByteBuffer frame = stream(List.of(new Sent(AT_ONCE, new byte[10])));
      client.write(frame.slice(0, 5));
      while (!live.on(() -> connection.stalled(Duration.ZERO))) {
        Thread.onSpinWait();
      }
      assertThat(live.on(() -> connection.stalled(Duration.ofHours(1)))).isFalse();
      client.write(frame.slice(5, frame.limit() - 5));
      read(client, Frame.HEADER_BYTES + 10);
      assertThat(live.on(() -> connection.stalled(Duration.ZERO))).isFalse();
    }
  }

  @Property(tries = 1)
  void letsItsClientKnow_whenTheOtherSideGoesAwayWhileHeld() throws IOException {
    served = new CompletableFuture<>();
    Served[] mine = new Served[1];
    try (SocketChannel client = connect()) {
      mine[0] = LiveReactor.await(served);
      live.on(
          () -> {
            mine[0].connection.hold();
            return true;
          });
      client.write(stream(List.of(new Sent(AT_ONCE, new byte[10]))));
      assertThat(live.on(mine[0].gone::isDone)).isFalse();
    }
    LiveReactor.await(mine[0].gone);
  }
}
