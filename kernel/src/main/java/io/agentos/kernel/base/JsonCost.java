// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

/** How many bytes text takes in JSON: what bounds an answer is not its length but that. */
public final class JsonCost {
  private static final int CONTROL = 6;
  private static final int ESCAPED = 2;
  private static final int FOREIGN = 3;

  private JsonCost() {}

  /** Of a string, as UTF-8 JSON; at most a little too high. */
  public static int of(String text) {
    int cost = 2;
    for (int i = 0; i < text.length(); i++) {
      cost += of(text.charAt(i));
    }
    return cost;
  }

  /** Of a byte of UTF-8, or of a byte that is none and becomes U+FFFD. */
  public static int of(byte b) {
    return b < 0 ? FOREIGN : of((char) b);
  }

  private static int of(char c) {
    if (c < ' ') {
      return c == '\n' || c == '\t' || c == '\r' || c == '\b' || c == '\f' ? ESCAPED : CONTROL;
    }
    if (c == '"' || c == '\\') {
      return ESCAPED;
    }
    return c < 0x80 ? 1 : FOREIGN;
  }
}
