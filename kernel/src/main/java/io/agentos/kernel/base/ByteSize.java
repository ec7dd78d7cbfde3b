// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as people write them: {@code 4096}, {@code 256M}, {@code 1.5G}; K, M, G, T are powers of
 * 1024.
 */
public final class ByteSize {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)\\s*([KMGT]?)(?:I?B)?");
  private static final String UNITS = "KMGT";

  private ByteSize() {}

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException saying what a size looks like
   */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text.trim().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no size; write bytes or a number with K, M, G or T, such as 256M");
    }
    int power = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
    double bytes = Double.parseDouble(matcher.group(1)) * Math.pow(1024, power);
    if (bytes > Long.MAX_VALUE / 2.0) {
      throw new IllegalArgumentException("\"" + text + "\" is larger than any memory");
    }
    return (long) bytes;
  }
}
