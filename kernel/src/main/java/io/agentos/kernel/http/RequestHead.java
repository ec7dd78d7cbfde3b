// SPDX-License-Identifier: MIT
package io.agentos.kernel.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with the head of a request, by the letter of RFC 9112 and without any of the
 * leniency that it permits: two programs that are lenient in different ways can be made to see
 * different requests in the same bytes.
 */
final class RequestHead {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");
  private static final int MOST_LENGTH_DIGITS = 18;

  private boolean host;
  private @Nullable String framing;

  private RequestHead() {}

  /**
   * Looks at everything up to the empty line.
   *
   * @return what is wrong, or null
   */
  static @Nullable String fault(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String[] lines = text.split("\r\n", -1);
    for (String line : lines) {
      if (hasControls(line)) {
        return "a line holds a control character, or ends without CR LF";
      }
    }
    if (!lines[0].matches(TOKEN + " [\\x21-\\x7e]+ HTTP/1\\.[01]")) {
      return "the first line must be METHOD URL HTTP/1.1";
    }
    RequestHead seen = new RequestHead();
    for (int i = 1; i < lines.length - 2; i++) {
      String fault = seen.header(lines[i], lines[0].endsWith("1.0"));
      if (fault != null) {
        return fault;
      }
    }
    return seen.host || lines[0].endsWith("1.0") ? null : "the header Host is missing";
  }

  private static boolean hasControls(String line) {
    return line.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f);
  }

  private @Nullable String header(String line, boolean old) {
    int colon = line.indexOf(':');
    if (colon <= 0 || !line.substring(0, colon).matches(TOKEN)) {
      return "a header has no name before its colon, a blank in it, or is continued on a second line";
    }
    String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
    String value = line.substring(colon + 1).strip();
    if (name.equals("host")) {
      boolean again = host;
      host = true;
      return again ? "the header Host is there twice" : null;
    }
    if (!FRAMING.contains(name)) {
      return null;
    }
    if (framing != null) {
      return "there must be one Content-Length or one Transfer-Encoding, not two of them";
    }
    framing = name;
    return name.equals("content-length") ? length(value) : encoding(value, old);
  }

  private static @Nullable String length(String value) {
    return value.matches("[0-9]{1," + MOST_LENGTH_DIGITS + "}")
        ? null
        : "Content-Length must be a number";
  }

  private static @Nullable String encoding(String value, boolean old) {
    return value.equalsIgnoreCase("chunked") && !old
        ? null
        : "Transfer-Encoding must be chunked, in HTTP/1.1";
  }
}
