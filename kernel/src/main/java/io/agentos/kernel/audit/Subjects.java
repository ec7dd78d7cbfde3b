// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import java.net.URI;
import java.util.function.UnaryOperator;

/** What entries say that people or agents chose: bounded, and without secrets. */
public final class Subjects {
  private static final int LONGEST = 1000;

  /** Beyond what is shown: a secret that begins in it must be seen whole to be known. */
  private static final int REACH = 24 * 1024;

  private final UnaryOperator<String> known;

  /**
   * @param known blanks the secrets of the configuration, without changing a text's length
   */
  public Subjects(UnaryOperator<String> known) {
    this.known = known;
  }

  /** As much of a text as can matter; cheap, for the thread that serves everyone. */
  public static String cut(String text) {
    return text.length() <= LONGEST + REACH ? text : text.substring(0, LONGEST + REACH);
  }

  /** At most so much of a text as an entry takes, without secrets. */
  String clean(String text) {
    String blanked = Shapes.blank(known.apply(cut(text)));
    String clean = blanked.length() <= LONGEST ? blanked : blanked.substring(0, LONGEST) + "...";
    return clean.replaceAll("\\*{4,}", "***");
  }

  /** An address without user, password and query, which is where secrets are. */
  public static String url(String url) {
    try {
      URI uri = URI.create(url);
      String host = uri.getHost() == null ? "" : uri.getHost();
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String path = uri.getPath() == null ? "" : uri.getPath();
      return cut(uri.getScheme() + "://" + host + port + path);
    } catch (IllegalArgumentException unreadable) {
      return "an address that can't be read";
    }
  }
}
