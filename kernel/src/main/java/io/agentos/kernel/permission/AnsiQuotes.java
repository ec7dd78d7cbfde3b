// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

/** The escapes of bash's {@code $'...'}, by which any character can be written. */
final class AnsiQuotes {
  private static final String NAMES = "abeEfnrtv";
  private static final String MEANINGS = "\u0007\b\u001b\u001b\f\n\r\t\u000b";

  private AnsiQuotes() {}

  /** Appends what the escape means whose backslash is before {@code at}; where it ends. */
  static int decode(String text, int at, StringBuilder into) {
    char c = text.charAt(at);
    int name = NAMES.indexOf(c);
    if (name >= 0) {
      into.append(MEANINGS.charAt(name));
      return at + 1;
    }
    return switch (c) {
      case 'x' -> number(text, at + 1, 2, 16, into);
      case 'u' -> number(text, at + 1, 4, 16, into);
      case 'U' -> number(text, at + 1, 8, 16, into);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> number(text, at, 3, 8, into);
      case 'c' -> control(text, at + 1, into);
      default -> {
        into.append(c);
        yield at + 1;
      }
    };
  }

  private static int number(String text, int from, int most, int radix, StringBuilder into) {
    int value = 0;
    int at = from;
    while (at < text.length() && at < from + most && Character.digit(text.charAt(at), radix) >= 0) {
      value = value * radix + Character.digit(text.charAt(at++), radix);
    }
    into.appendCodePoint(Character.isValidCodePoint(value) ? value : '?');
    return at;
  }

  private static int control(String text, int at, StringBuilder into) {
    if (at >= text.length()) {
      return at;
    }
    into.append((char) (text.charAt(at) & 0x1f));
    return at + 1;
  }
}
