// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import java.net.URI;

/** What entries say that people or agents chose: bounded, and without secrets. */
public final class Subjects {
  private static final int LONGEST = 1000;

  private Subjects() {}

  /** At most so much of a text as an entry takes. */
  public static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }

  /** An address without user, password and query, which is where secrets are. */
  public static String url(String url) {
    try {
      URI uri = URI.create(url);
      String host = uri.getHost() == null ? "" : uri.getHost();
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String path = uri.getPath() == null ? "" : uri.getPath();
      return shortened(uri.getScheme() + "://" + host + port + path);
    } catch (IllegalArgumentException unreadable) {
      return "an address that can't be read";
    }
  }
}
