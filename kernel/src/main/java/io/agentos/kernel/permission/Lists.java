// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Bounds of the lists that permissions are made of: each is looked through at every decision. */
final class Lists {
  /** Entries of one list as it is given. */
  static final int MOST_ENTRIES = 256;

  /** Entries of a list of refusals, which grows by each narrowing. */
  static final int MOST_REFUSALS = 1024;

  /** Conditions that all must hold, one more by each narrowing. */
  static final int MOST_CONDITIONS = 16;

  private static final int LONGEST_ENTRY = 512;

  private Lists() {}

  /** Passes a list through that is within its bounds. */
  static List<String> checked(String what, List<String> entries) {
    if (entries.size() > MOST_ENTRIES) {
      throw new IllegalArgumentException(
          what + " has " + entries.size() + " entries; at most " + MOST_ENTRIES + " are allowed");
    }
    for (String entry : entries) {
      if (entry.isBlank() || entry.length() > LONGEST_ENTRY) {
        throw new IllegalArgumentException(
            what + " holds an entry that is empty or longer than " + LONGEST_ENTRY + " characters");
      }
    }
    return List.copyOf(entries);
  }

  /** All of both, each once. */
  static <T> List<T> union(String what, List<T> a, List<T> b) {
    Set<T> all = new LinkedHashSet<>(a);
    all.addAll(b);
    if (all.size() > MOST_REFUSALS) {
      throw new IllegalArgumentException(
          what + " would have more than " + MOST_REFUSALS + " entries in all");
    }
    return List.copyOf(all);
  }

  /** The conditions of both, each once. */
  static <T> List<T> conjunction(String what, Stream<T> a, Stream<T> b) {
    List<T> all = Stream.concat(a, b).distinct().toList();
    if (all.size() > MOST_CONDITIONS) {
      throw new IllegalArgumentException(
          what + " were narrowed " + MOST_CONDITIONS + " times already; state one list");
    }
    return all;
  }
}
