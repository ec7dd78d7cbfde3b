// SPDX-License-Identifier: MIT
package io.agentos.kernel.metric;

import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the system calls of one caller went, or those of all. */
@ReactorConfined
public final class CallCounts {
  /**
   * Up to how many nanoseconds a call counts in each bucket; a last one takes the rest. Powers of
   * ten, from what costs nothing but the kernel to what waits for a model.
   */
  private static final long[] BOUNDS_NANOS = {
    100_000L,
    1_000_000L,
    10_000_000L,
    100_000_000L,
    1_000_000_000L,
    10_000_000_000L,
    100_000_000_000L
  };

  /** The same in milliseconds. */
  public static final List<Double> BOUNDS_MS =
      Arrays.stream(BOUNDS_NANOS).mapToObj(nanos -> nanos / 1e6).toList();

  private final Map<Integer, Kind> kinds = new TreeMap<>();
  private final Map<ErrorCode, Long> failures = new EnumMap<>(ErrorCode.class);

  private static final class Kind {
    final long[] within = new long[BOUNDS_NANOS.length + 1];
    int underWay;
    long failed;
    long abandoned;
    long nanos;
    long longestNanos;
  }

  /**
   * The calls of one kind.
   *
   * @param underWay without an answer yet
   * @param ended answered, or given up by the caller
   * @param abandoned those that nobody waited for any more
   * @param nanos how long all that ended took together
   * @param within how many took at most as long as each of {@link #BOUNDS_MS} and longer than the
   *     one before; behind them those that took longer still
   */
  public record Tally(
      int opcode,
      int underWay,
      long ended,
      long failed,
      long abandoned,
      long nanos,
      long longestNanos,
      List<Long> within) {}

  /** A call of that number begins; {@link #ended} must follow. */
  public void begun(int opcode) {
    kinds.computeIfAbsent(opcode, o -> new Kind()).underWay++;
  }

  /**
   * It was answered.
   *
   * @param failure why it was refused; absent if it was not
   */
  public void ended(int opcode, long nanos, @Nullable ErrorCode failure) {
    Kind kind = end(opcode, nanos);
    if (failure != null) {
      kind.failed++;
      failures.merge(failure, 1L, Long::sum);
    }
  }

  /** The caller went away before it was answered. */
  public void abandoned(int opcode, long nanos) {
    end(opcode, nanos).abandoned++;
  }

  private Kind end(int opcode, long nanos) {
    Kind kind = kinds.computeIfAbsent(opcode, o -> new Kind());
    kind.underWay--;
    kind.nanos += nanos;
    kind.longestNanos = Math.max(kind.longestNanos, nanos);
    int bucket = 0;
    while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
      bucket++;
    }
    kind.within[bucket]++;
    return kind;
  }

  /** Of each kind that was called, by its number. */
  public List<Tally> tallies() {
    List<Tally> tallies = new ArrayList<>();
    kinds.forEach(
        (opcode, kind) ->
            tallies.add(
                new Tally(
                    opcode,
                    kind.underWay,
                    Arrays.stream(kind.within).sum(),
                    kind.failed,
                    kind.abandoned,
                    kind.nanos,
                    kind.longestNanos,
                    Arrays.stream(kind.within).boxed().toList())));
    return tallies;
  }

  /** How many calls failed for what. */
  public Map<ErrorCode, Long> failures() {
    return Map.copyOf(failures);
  }
}
