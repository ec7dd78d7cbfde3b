// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;

import io.agentos.kernel.base.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class BufferPoolTest {
  private static final int LARGEST_POOLED = 1 << 20;

  private final BufferPool pool = new BufferPool();
  private final Budget budget = Budget.of(64 << 20);

  private ByteBuffer take(int bytes) {
    return Objects.requireNonNull(pool.take(budget, bytes));
  }

  @Test
  void givesABufferThatIsLargeEnough_clearedAndLittleEndian() {
    for (int bytes : new int[] {1, 4095, 4096, 4097, LARGEST_POOLED, LARGEST_POOLED + 1}) {
      ByteBuffer first = take(bytes);
      first.position(first.capacity());
      pool.give(budget, first);
      ByteBuffer buffer = take(bytes);
      assertThat(buffer.capacity()).isGreaterThanOrEqualTo(bytes);
      assertThat(buffer.remaining()).isEqualTo(buffer.capacity());
      assertThat(buffer.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      pool.give(budget, buffer);
    }
  }

  @Test
  void givesABufferAgain_onceItIsBack() {
    ByteBuffer first = take(5000);
    pool.give(budget, first);
    assertThatObject(take(6000)).isSameAs(first);
    assertThatObject(take(6000)).isNotSameAs(first);
  }

  @Test
  void givesNone_whenTheBudgetDoesNotAllowIt() {
    Budget small = Budget.of(10_000);
    assertThat(pool.take(small, 20_000)).isNull();
    assertThat(small.take(10_000)).isTrue();
  }

  /** A burst of large frames must not stay in memory for ever. */
  @Test
  void keepsNoMoreThanItsBound() {
    List<ByteBuffer> burst = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      burst.add(take(LARGEST_POOLED));
    }
    burst.forEach(buffer -> pool.give(budget, buffer));
    IdentityHashMap<ByteBuffer, Boolean> old = new IdentityHashMap<>();
    burst.forEach(buffer -> old.put(buffer, true));
    long kept = 0;
    for (int i = 0; i < 32; i++) {
      kept += old.containsKey(take(LARGEST_POOLED)) ? LARGEST_POOLED : 0;
    }
    assertThat(kept).isEqualTo(Limits.POOLED_BYTES);
  }

  /** Two connections that write into one buffer would get each other's bytes. */
  @Property(tries = 200)
  void neverLendsABufferToTwo_andCountsEachByte(@ForAll long seed) {
    BufferPool own = new BufferPool();
    Budget all = Budget.of(64 << 20);
    Random random = new Random(seed);
    IdentityHashMap<ByteBuffer, Boolean> lent = new IdentityHashMap<>();
    List<ByteBuffer> held = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      if (held.isEmpty() || random.nextInt(3) > 0) {
        ByteBuffer buffer = Objects.requireNonNull(own.take(all, 1 + random.nextInt(20_000)));
        assertThat(lent.put(buffer, true)).isNull();
        held.add(buffer);
      } else {
        ByteBuffer buffer = held.remove(random.nextInt(held.size()));
        lent.remove(buffer);
        own.give(all, buffer);
      }
    }
    held.forEach(buffer -> own.give(all, buffer));
    assertThat(all.take(64 << 20)).isTrue();
  }
}
