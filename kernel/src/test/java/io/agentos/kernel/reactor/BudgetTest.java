// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class BudgetTest {
  private static final long ENOUGH = 1 << 20;

  private final BufferPool pool = new BufferPool();
  private final Budget all = Budget.of(ENOUGH);

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.wrap(new byte[count]);
  }

  @Test
  void givesNoMoreThanItHas_norThanAllTogetherHave() {
    Budget small = all.share(100);
    assertThat(small.take(60)).isTrue();
    assertThat(small.take(60)).isFalse();
    assertThat(small.take(40)).isTrue();
    Budget greedy = all.share(10 * ENOUGH);
    assertThat(greedy.take(ENOUGH)).isFalse();
    assertThat(greedy.take(ENOUGH - 100)).isTrue();
    assertThat(all.share(100).take(1)).isFalse();
    small.give(100);
    assertThat(all.share(100).take(100)).isTrue();
  }

  /** A refusal by the parent must not be counted by the share. */
  @Test
  void countsNothing_whenItRefuses() {
    Budget share = all.share(10 * ENOUGH);
    assertThat(share.take(2 * ENOUGH)).isFalse();
    assertThat(share.take(ENOUGH)).isTrue();
    share.give(ENOUGH);
    assertThat(all.take(ENOUGH)).isTrue();
  }

  @Test
  void inputGivesBackWhatItTook_onceItIsEmptyOrCleared() {
    Input input = new Input(pool, all);
    assertThat(input.keep(bytes(5000))).isTrue();
    assertThat(input.append(bytes(50_000))).isTrue();
    assertThat(input.append(bytes(2 << 20))).isFalse();
    input.clear();
    assertThat(input.isEmpty()).isTrue();
    assertThat(all.take(ENOUGH)).isTrue();
    all.give(ENOUGH);

    assertThat(input.keep(bytes(100))).isTrue();
    input.bytes().position(input.bytes().limit());
    input.trim();
    assertThat(all.take(ENOUGH)).isTrue();
  }

  @Test
  void outputGivesBackWhatItTook_onceItIsSentOrCleared() {
    Output output = new Output(pool, all);
    assertThat(output.keep(bytes(100_000))).isTrue();
    assertThat(output.keep(bytes(200_000))).isTrue();
    assertThat(output.size()).isEqualTo(300_000);
    assertThat(output.reserve(4 << 20)).isFalse();
    output.consumed(100_000);
    output.consumed(200_000);
    assertThat(output.isEmpty()).isTrue();
    assertThat(all.take(ENOUGH)).isTrue();
    all.give(ENOUGH);

    assertThat(output.keep(bytes(1000))).isTrue();
    output.clear();
    assertThat(output.isEmpty()).isTrue();
    assertThat(all.take(ENOUGH)).isTrue();
  }
}
