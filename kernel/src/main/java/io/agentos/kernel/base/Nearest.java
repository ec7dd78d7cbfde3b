// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

import java.util.Collection;
import java.util.Comparator;

/** Which of the known words someone meant. */
public final class Nearest {
  private Nearest() {}

  /** The known word with the fewest letters changed; {@code known} is not empty. */
  public static String to(String word, Collection<String> known) {
    return known.stream().min(Comparator.comparingInt(each -> distance(each, word))).orElseThrow();
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(above, row[j - 1]) + 1, diagonal + change);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
