// SPDX-License-Identifier: MIT
package io.agentos.llm.base;

import java.util.Collection;
import java.util.Comparator;

/** Finds what a misspelt name was probably meant to be. */
public final class Nearest {
  private static final int COMPARED_CHARS_MAX = 64;

  private Nearest() {}

  /**
   * The end of a sentence about an unknown name: the nearest known one, or all of them when none is
   * near.
   */
  public static String hint(String name, Collection<String> known) {
    String head = name.substring(0, Math.min(name.length(), COMPARED_CHARS_MAX));
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(head, candidate)))
        .filter(candidate -> distance(head, candidate) <= Math.max(2, candidate.length() / 3))
        .map(candidate -> "did you mean '" + candidate + "'?")
        .orElseGet(() -> "known are " + String.join(", ", known.stream().sorted().toList()));
  }

  /** Levenshtein's distance, on one row; takes as long as the two lengths multiplied. */
  public static int distance(String from, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int substituted = diagonal + (from.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[right.length()];
  }
}
