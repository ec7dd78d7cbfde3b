// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.agentos.kernel.base.Limits;
import java.time.Duration;
import java.util.Locale;

/**
 * When an agent that ended is started again.
 *
 * @param most restarts within {@code window}; one more and it is given up
 */
public record RestartPolicy(When when, int most, Duration window) {
  public static final int DEFAULT_MOST = 5;
  public static final Duration DEFAULT_WINDOW = Duration.ofMinutes(5);

  /** The condition. */
  public enum When {
    NEVER,
    ON_FAILURE,
    ALWAYS;

    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @JsonCreator
    public static When of(String name) {
      for (When when : values()) {
        if (when.wireName().equals(name)) {
          return when;
        }
      }
      throw new IllegalArgumentException(
          "unknown restart policy \"" + name + "\"; there are never, on-failure, always");
    }
  }

  /** Whether the policy wants another run after this end. */
  public boolean wants(ExitRecord exit) {
    if (exit.reason() == ExitReason.KILLED || exit.reason() == ExitReason.START_FAILED) {
      return false;
    }
    return switch (when) {
      case NEVER -> false;
      case ON_FAILURE -> exit.isFailure();
      case ALWAYS -> true;
    };
  }

  /** How long to wait before restart number {@code n} in a row, doubling from 100 ms to 30 s. */
  static Duration backoff(int n) {
    long millis = Limits.BACKOFF_FIRST.toMillis() << Math.min(n, 20);
    return Duration.ofMillis(Math.min(millis, Limits.BACKOFF_LONGEST.toMillis()));
  }
}
