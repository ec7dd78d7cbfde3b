// SPDX-License-Identifier: MIT
package io.agentos.llm.http;

import io.agentos.llm.base.Limits;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Date;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** Reads when to try again, in the forms in which providers say it. */
final class RetryDelay {
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

  private RetryDelay() {}

  /**
   * Milliseconds in a header of their own, seconds, or a date; what is none of them says nothing.
   */
  static OptionalLong of(Headers headers) {
    OptionalLong exact = scaled(headers.get("retry-after-ms"), 0);
    if (exact.isPresent()) {
      return exact;
    }
    OptionalLong seconds = seconds(headers.get("Retry-After"));
    if (seconds.isPresent()) {
      return seconds;
    }
    // Both dates are the server's, so that it does not matter how our clock is set.
    Date until = headers.getDate("Retry-After");
    Date now = headers.getDate("Date");
    return until == null || now == null
        ? OptionalLong.empty()
        : OptionalLong.of(bounded(Duration.between(now.toInstant(), until.toInstant())));
  }

  /** A number of seconds, which may have a fraction. */
  static OptionalLong seconds(@Nullable String text) {
    return scaled(text, 3);
  }

  private static OptionalLong scaled(@Nullable String text, int digits) {
    String number = text == null ? "" : text.strip();
    if (!SECONDS.matcher(number).matches()) {
      return OptionalLong.empty();
    }
    long ms = new BigDecimal(number).movePointRight(digits).longValue();
    return OptionalLong.of(bounded(Duration.ofMillis(ms)));
  }

  private static long bounded(Duration delay) {
    return Math.max(0, Math.min(delay.toMillis(), Limits.RETRY_AFTER_MAX.toMillis()));
  }
}
