// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

/**
 * How a run ended.
 *
 * @param exitCode the payload's, or 128 + signal
 * @param signal 0 unless one ended it
 * @param detail one sentence for a person
 */
public record ExitRecord(ExitReason reason, int exitCode, int signal, String detail, Usage usage) {
  /** What a run used. */
  public record Usage(long cpuMs, long memoryPeak, long wallMs) {}

  /** Whether an {@code on-failure} policy starts the agent again. */
  public boolean isFailure() {
    return reason != ExitReason.KILLED && (reason != ExitReason.EXITED || exitCode != 0);
  }
}
