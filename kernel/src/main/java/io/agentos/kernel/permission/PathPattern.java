// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.regex.Pattern;

/**
 * One glob: {@code *} and {@code ?} within a segment, {@code **} across segments, {@code ~} at the
 * start for the kernel user's home. A pattern without a final glob that names a folder covers what
 * is in it.
 */
public record PathPattern(String text, Pattern regex) {
  static final PathPattern EVERYTHING = of("/**");
  private static final int LONGEST = 4096;

  /**
   * Compiles a glob.
   *
   * @throws IllegalArgumentException when it is neither absolute nor starts with {@code **} or
   *     {@code ~}
   */
  public static PathPattern of(String glob) {
    if (glob.length() > LONGEST || glob.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "a path pattern must be shorter than " + LONGEST + " characters and hold no NUL");
    }
    String absolute = expandHome(glob);
    if (!absolute.startsWith("/") && !absolute.startsWith("**")) {
      throw new IllegalArgumentException(
          "path pattern \""
              + glob
              + "\" must start with /, ~/ or **; for a name anywhere write **/"
              + glob);
    }
    return new PathPattern(glob, Pattern.compile(translate(absolute), Pattern.DOTALL));
  }

  /** Whether an absolute, normalised path is covered. */
  public boolean matches(String path) {
    return regex.matcher(path).matches();
  }

  private static String expandHome(String glob) {
    boolean home = glob.equals("~") || glob.startsWith("~/");
    return home ? System.getProperty("user.home") + glob.substring(1) : glob;
  }

  private static String translate(String glob) {
    StringBuilder regex = new StringBuilder();
    int i = 0;
    while (i < glob.length()) {
      char c = glob.charAt(i);
      if (glob.startsWith("/**/", i)) {
        regex.append("/(?:.*/)?");
        i += 4;
      } else if (i == 0 && glob.startsWith("**/")) {
        regex.append("(?:.*/)?");
        i += 3;
      } else if (glob.startsWith("/**", i) && i + 3 == glob.length()) {
        regex.append("(?:/.*)?");
        i += 3;
      } else if (glob.startsWith("**", i)) {
        regex.append(".*");
        i += 2;
      } else if (c == '*') {
        regex.append("[^/]*");
        i++;
      } else if (c == '?') {
        regex.append("[^/]");
        i++;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
        i++;
      }
    }
    return regex.append("(?:/.*)?").toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
