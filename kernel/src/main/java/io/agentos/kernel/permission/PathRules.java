// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which paths may be read and written. Judges absolute, normalised paths of objects that are
 * already open; the string a caller asked for is never judged.
 */
public final class PathRules {
  /**
   * How often a set may be narrowed before it is refused: each adds a condition to every decision.
   */
  static final int MOST_CONDITIONS = 16;

  private final List<List<PathPattern>> read;
  private final List<List<PathPattern>> write;
  private final List<PathPattern> blocked;

  /**
   * @param read patterns of which one must match to read; empty: nothing may be read
   * @param write likewise
   * @param blocked patterns that refuse whatever the others say
   */
  public static PathRules of(List<String> read, List<String> write, List<String> blocked) {
    return new PathRules(List.of(compile(read)), List.of(compile(write)), compile(blocked));
  }

  private PathRules(
      List<List<PathPattern>> read, List<List<PathPattern>> write, List<PathPattern> blocked) {
    this.read = read;
    this.write = write;
    this.blocked = blocked;
  }

  /** Absent when reading {@code path} is allowed; otherwise why not. */
  public @Nullable String whyNotRead(String path) {
    return whyNot("read", "read of ", read, path);
  }

  /** Absent when writing {@code path} is allowed; otherwise why not. */
  public @Nullable String whyNotWrite(String path) {
    return whyNot("write", "write to ", write, path);
  }

  private @Nullable String whyNot(
      String kind, String verb, List<List<PathPattern>> conditions, String path) {
    for (PathPattern pattern : blocked) {
      if (pattern.matches(path)) {
        return verb + path + " is refused by this agent's blocked pattern " + pattern;
      }
    }
    for (List<PathPattern> oneOf : conditions) {
      if (oneOf.stream().noneMatch(pattern -> pattern.matches(path))) {
        return verb + path + " is outside this agent's " + kind + " paths " + oneOf;
      }
    }
    return null;
  }

  PathRules replacedBy(
      @Nullable List<String> newRead,
      @Nullable List<String> newWrite,
      @Nullable List<String> newBlocked) {
    return new PathRules(
        newRead == null ? read : List.of(compile(newRead)),
        newWrite == null ? write : List.of(compile(newWrite)),
        newBlocked == null ? blocked : union(blocked, compile(newBlocked)));
  }

  PathRules and(PathRules other) {
    return new PathRules(
        conjunction(read, other.read),
        conjunction(write, other.write),
        union(blocked, other.blocked));
  }

  private static List<List<PathPattern>> conjunction(
      List<List<PathPattern>> a, List<List<PathPattern>> b) {
    List<List<PathPattern>> all =
        Stream.concat(a.stream(), b.stream())
            .filter(oneOf -> !oneOf.contains(PathPattern.EVERYTHING))
            .distinct()
            .toList();
    if (all.size() > MOST_CONDITIONS) {
      throw new IllegalArgumentException(
          "paths were narrowed " + MOST_CONDITIONS + " times already; state one list");
    }
    return all.isEmpty() ? List.of(List.of(PathPattern.EVERYTHING)) : all;
  }

  private static List<PathPattern> union(List<PathPattern> a, List<PathPattern> b) {
    List<PathPattern> all = new ArrayList<>(a);
    b.stream().filter(pattern -> !all.contains(pattern)).forEach(all::add);
    return List.copyOf(all);
  }

  private static List<PathPattern> compile(List<String> patterns) {
    return patterns.stream().map(PathPattern::of).toList();
  }

  /** The narrowest list, as shown by GET_PERMS. */
  public List<String> readable() {
    return shown(read);
  }

  public List<String> writable() {
    return shown(write);
  }

  public List<String> blocked() {
    return blocked.stream().map(PathPattern::toString).toList();
  }

  private static List<String> shown(List<List<PathPattern>> conditions) {
    return conditions.get(conditions.size() - 1).stream()
        .map(PathPattern::toString)
        .collect(Collectors.toList());
  }
}
