// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Both queues give out what was put in, in order, whatever the pieces. */
final class InputOutputTest {
  private static final int MOST = 64 << 20;
  private static final BufferPool POOL = new BufferPool();

  @Property(tries = 300)
  void inputGivesOutWhatCameIn(@ForAll long seed, @ForAll @IntRange(max = 40) int pieces) {
    Random random = new Random(seed);
    Input input = new Input(POOL, Budget.of(MOST));
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < pieces; i++) {
      byte[] piece = piece(random);
      in.writeBytes(piece);
      if (input.isEmpty()) {
        input.keep(ByteBuffer.wrap(piece));
      } else {
        input.append(ByteBuffer.wrap(piece));
      }
      take(input, random.nextInt(input.bytes().remaining() + 1), out);
    }
    take(input, input.bytes().remaining(), out);
    assertThat(input.isEmpty()).isTrue();
    assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
  }

  private static void take(Input input, int count, ByteArrayOutputStream out) {
    byte[] taken = new byte[count];
    input.bytes().get(taken);
    out.writeBytes(taken);
    input.trim();
  }

  @Property(tries = 300)
  void outputGivesOutWhatCameIn(@ForAll long seed, @ForAll @IntRange(max = 40) int pieces) {
    Random random = new Random(seed);
    Output output = new Output(POOL, Budget.of(MOST));
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < pieces; i++) {
      byte[] piece = piece(random);
      in.writeBytes(piece);
      if (random.nextBoolean() || piece.length == 0) {
        assertThat(output.keep(ByteBuffer.wrap(piece))).isTrue();
      } else {
        assertThat(output.reserve(piece.length)).isTrue();
        output.tail(piece.length).put(piece);
      }
      send(output, random.nextInt(output.size() + 1), out);
    }
    while (!output.isEmpty()) {
      send(output, output.size(), out);
    }
    assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
  }

  private static void send(Output output, int most, ByteArrayOutputStream out) {
    if (output.isEmpty()) {
      return;
    }
    ByteBuffer staging = ByteBuffer.allocate(Math.max(1, most));
    output.fill(staging);
    staging.flip();
    output.consumed(staging.remaining());
    byte[] sent = new byte[staging.remaining()];
    staging.get(sent);
    out.writeBytes(sent);
  }

  private static byte[] piece(Random random) {
    byte[] piece = new byte[random.nextInt(4) == 0 ? random.nextInt(70_000) : random.nextInt(50)];
    random.nextBytes(piece);
    return piece;
  }

  @Test
  void inputKnowsNoAge_whileItIsEmpty() {
    Input input = new Input(POOL, Budget.of(MOST));
    assertThat(input.age()).isZero();
    input.keep(ByteBuffer.wrap(new byte[] {1}));
    assertThat(input.age()).isNotNegative();
    input.bytes().get();
    input.trim();
    assertThat(input.age()).isZero();
  }

  /** A header may announce a large frame; memory grows with what has really come. */
  @Test
  void inputGrowsWithWhatArrives_notWithWhatIsAnnounced() {
    Budget budget = Budget.of(MOST);
    Input input = new Input(POOL, budget);
    input.keep(ByteBuffer.wrap(new byte[20]));
    input.expect(60 << 20);
    assertThat(budget.take(MOST - (1 << 20))).isTrue();
  }
}
