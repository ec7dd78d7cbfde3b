// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The field {@code wait} of calls that can wait for something to come. */
public final class Patience {
  private Patience() {}

  /**
   * How long to wait: true is as long as it takes, a number is seconds; absent, false or 0 is not
   * at all.
   *
   * @throws SyscallException INVALID_REQUEST
   */
  public static Duration of(@Nullable JsonNode wait) throws SyscallException {
    if (wait == null || wait.isNull()) {
      return Duration.ZERO;
    }
    if (wait.isBoolean()) {
      return wait.booleanValue() ? Limits.WAIT_LONGEST : Duration.ZERO;
    }
    if (!wait.isNumber() || wait.doubleValue() < 0) {
      throw SyscallException.invalid(
          "wait must be true, false or a number of seconds, was " + wait);
    }
    long millis =
        Math.round(Math.min(wait.doubleValue(), (double) Limits.WAIT_LONGEST.toSeconds()) * 1000);
    return Duration.ofMillis(millis);
  }
}
