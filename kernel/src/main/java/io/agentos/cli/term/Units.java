// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

/** Numbers as people read them. */
public final class Units {
  private static final String[] BINARY = {"B", "K", "M", "G", "T"};

  private Units() {}

  /** Such as {@code 12.3M}. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < BINARY.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 || value >= 100
        ? Math.round(value) + BINARY[unit]
        : tenths(value) + BINARY[unit];
  }

  /** Such as {@code 0.3s}, {@code 42s}, {@code 5m10s}, {@code 3h20m}, {@code 4d2h}. */
  public static String duration(long millis) {
    long seconds = millis / 1000;
    if (seconds < 10) {
      return tenths(millis / 1000.0) + "s";
    }
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + seconds % 60 + "s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + "h" + seconds / 60 % 60 + "m";
    }
    return seconds / 86_400 + "d" + seconds / 3600 % 24 + "h";
  }

  /** Such as {@code 1.25}, {@code 3}. */
  public static String amount(double value) {
    double rounded = Math.round(value * 100) / 100.0;
    return rounded == Math.rint(rounded) ? String.valueOf((long) rounded) : String.valueOf(rounded);
  }

  private static String tenths(double value) {
    return String.valueOf(Math.floor(value * 10) / 10);
  }
}
