// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.wire.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How calls went, as the wire has it: each kind of call, and why some failed. */
public record CallsView(List<Row> calls, Map<String, Long> failures) {
  /** Times in milliseconds; the bounds of {@code within} are {@link CallCounts#BOUNDS_MS}. */
  public record Row(
      String call,
      int underWay,
      long ended,
      long failed,
      long abandoned,
      double totalMs,
      double longestMs,
      List<Long> within) {}

  /** What has been counted by now. Reactor thread. */
  public static CallsView of(CallCounts counts) {
    Map<String, Long> failures = new TreeMap<>();
    for (Map.Entry<ErrorCode, Long> failure : counts.failures().entrySet()) {
      failures.put(failure.getKey().name(), failure.getValue());
    }
    return new CallsView(counts.tallies().stream().map(CallsView::row).toList(), failures);
  }

  private static Row row(CallCounts.Tally tally) {
    String name =
        Optional.ofNullable(Opcode.find(tally.opcode())).map(Opcode::name).orElse("UNKNOWN");
    return new Row(
        name,
        tally.underWay(),
        tally.ended(),
        tally.failed(),
        tally.abandoned(),
        tally.nanos() / 1e6,
        tally.longestNanos() / 1e6,
        tally.within());
  }
}
