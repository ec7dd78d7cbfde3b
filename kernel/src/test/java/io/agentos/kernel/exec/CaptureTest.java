// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class CaptureTest {
  private static final int MOST = 1000;

  @Test
  void keepsTheHead_andSaysThatThereWasMore() {
    Capture capture = new Capture(10);
    capture.add("12345678".getBytes(StandardCharsets.UTF_8));
    assertThat(capture.truncated()).isFalse();
    capture.add("90abc".getBytes(StandardCharsets.UTF_8));
    assertThat(capture.truncated()).isTrue();
    capture.add("later".getBytes(StandardCharsets.UTF_8));
    assertThat(new String(capture.bytes(), StandardCharsets.UTF_8)).isEqualTo("1234567890");
  }

  /** The bound is what an answer has room for, so it counts what JSON makes of the bytes. */
  @Property
  void neverTakesMoreRoomInJsonThanItMay(
      @ForAll long seed, @ForAll @Size(max = 6) List<@IntRange(max = 700) Integer> sizes)
      throws SyscallException {
    Random random = new Random(seed);
    Capture capture = new Capture(MOST);
    int total = 0;
    for (int size : sizes) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      total += size;
      capture.add(bytes);
    }
    String text = new String(capture.bytes(), StandardCharsets.UTF_8);
    assertThat(Json.encode(text).length - 2).isLessThanOrEqualTo(MOST);
    assertThat(capture.truncated()).isEqualTo(capture.bytes().length < total);
  }

  @Test
  void keepsAllThatFits_whateverItsBytes() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    Capture capture = new Capture(10_000);
    capture.add(all);
    assertThat(capture.bytes()).isEqualTo(all);
    assertThat(Arrays.equals(capture.bytes(), all) && !capture.truncated()).isTrue();
  }
}
