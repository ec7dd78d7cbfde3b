// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which paths may be read and written. Judges absolute, normalised paths of objects that are
 * already open; the string a caller asked for is never judged.
 */
public final class PathRules {
  private final List<List<PathPattern>> read;
  private final List<List<PathPattern>> write;
  private final List<PathPattern> blocked;

  /**
   * @param read patterns of which one must match to read; empty: nothing may be read
   * @param write likewise
   * @param blocked patterns that refuse whatever the others say
   */
  public static PathRules of(List<String> read, List<String> write, List<String> blocked) {
    return new PathRules(
        List.of(compile("filesystem.read", read)),
        List.of(compile("filesystem.write", write)),
        compile("filesystem.blocked", blocked));
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

  /** Absent unless a blocked pattern covers {@code path}; otherwise which. */
  public @Nullable String whyBlocked(String path) {
    return whyBlocked("use of ", path);
  }

  private @Nullable String whyBlocked(String verb, String path) {
    for (PathPattern pattern : blocked) {
      if (pattern.matches(path)) {
        return verb + path + " is refused by this agent's blocked pattern " + pattern;
      }
    }
    return null;
  }

  private @Nullable String whyNot(
      String kind, String verb, List<List<PathPattern>> conditions, String path) {
    String blockedBy = whyBlocked(verb, path);
    if (blockedBy != null) {
      return blockedBy;
    }
    for (List<PathPattern> oneOf : conditions) {
      if (oneOf.stream().noneMatch(pattern -> pattern.matches(path))) {
        return verb + path + " is outside this agent's " + kind + " paths " + oneOf;
      }
    }
    return null;
  }

  /**
   * Why a folder can't be shown at another place: a blocked pattern goes by where something in it
   * is, and would say nothing there. Absent when there is none.
   */
  public @Nullable String whyNotMoved(String folder) {
    for (PathPattern pattern : blocked) {
      if (pattern.coversIn(folder) && !pattern.isMovable(folder)) {
        return folder + " may hold what this agent's blocked pattern " + pattern + " covers";
      }
    }
    return null;
  }

  /** Whether something in a folder can be blocked by its name. */
  public boolean hasBlockedNames(String folder) {
    return blocked.stream().anyMatch(pattern -> pattern.coversIn(folder));
  }

  /** The pattern of each list that lets a path be read. */
  List<String> allowingRead(String path) {
    return allowing(read, path);
  }

  /** Likewise for writing. */
  List<String> allowingWrite(String path) {
    return allowing(write, path);
  }

  private static List<String> allowing(List<List<PathPattern>> conditions, String path) {
    return conditions.stream()
        .flatMap(oneOf -> oneOf.stream().filter(pattern -> pattern.matches(path)).limit(1))
        .map(PathPattern::toString)
        .distinct()
        .toList();
  }

  PathRules replacedBy(
      @Nullable List<String> newRead,
      @Nullable List<String> newWrite,
      @Nullable List<String> newBlocked) {
    return new PathRules(
        newRead == null ? read : List.of(compile("filesystem.read", newRead)),
        newWrite == null ? write : List.of(compile("filesystem.write", newWrite)),
        newBlocked == null
            ? blocked
            : Lists.union(
                "filesystem.blocked", blocked, compile("filesystem.blocked", newBlocked)));
  }

  PathRules and(PathRules other) {
    return new PathRules(
        conjunction(read, other.read),
        conjunction(write, other.write),
        Lists.union("filesystem.blocked", blocked, other.blocked));
  }

  private static List<List<PathPattern>> conjunction(
      List<List<PathPattern>> a, List<List<PathPattern>> b) {
    return Lists.conjunction("paths", a.stream(), b.stream());
  }

  private static List<PathPattern> compile(String what, List<String> patterns) {
    return Lists.checked(what, patterns).stream().map(PathPattern::of).toList();
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
