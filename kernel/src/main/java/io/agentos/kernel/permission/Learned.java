// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import io.agentos.kernel.base.Limits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an agent used of its permissions, for those that are started to find that out: each use
 * once, with how often it came. For any thread.
 *
 * <p>Subjects are what rules are made of and no more: real paths, hosts with their ports, names of
 * programs and secrets; never a URL's path or query, an argument, or a content.
 */
public final class Learned {
  /** Of agents that are not watched. */
  public static final Learned NOTHING = new Learned(0);

  private final int most;
  private final Map<Use, Integer> uses = new LinkedHashMap<>();
  private boolean complete = true;
  private long characters;

  /** What is used. */
  public enum Kind {
    /** A permission's switch, such as {@code can_read}. */
    RIGHT,
    READ,
    WRITE,
    /** A program's name. */
    EXEC,
    /** A line that no allow list lets through, as only a shell can tell what it runs. */
    UNCLEAR,
    /** A host and its port. */
    HTTP,
    SECRET;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One of them. */
  public record Use(Kind kind, String subject) {}

  private Learned(int most) {
    this.most = most;
  }

  /** To be filled, up to {@link Limits#LEARNED_USES} and {@link Limits#LEARNED_CHARACTERS}. */
  public static Learned begin() {
    return new Learned(Limits.LEARNED_USES);
  }

  /** Whether anyone is watched. */
  public boolean isOn() {
    return most > 0;
  }

  /** Notes a use that was allowed. */
  public synchronized void add(Kind kind, String subject) {
    if (!isOn()) {
      return;
    }
    Use use = new Use(kind, subject);
    if (uses.containsKey(use)) {
      uses.merge(use, 1, Learned::sum);
    } else if (uses.size() < most && characters + subject.length() <= Limits.LEARNED_CHARACTERS) {
      uses.put(use, 1);
      characters += subject.length();
    } else {
      complete = false;
    }
  }

  private static int sum(int a, int b) {
    return a == Integer.MAX_VALUE ? a : a + b;
  }

  /** Notes the programs that a shell would run for a line. */
  public void addLine(String line) {
    if (isOn()) {
      addCommands(ShellLine.parse(line));
    }
  }

  /** Notes the programs that an argument list runs. */
  public void addArguments(List<String> argv) {
    if (isOn()) {
      addCommands(ShellLine.unwrap(argv));
    }
  }

  private void addCommands(ShellLine line) {
    if (line.unreadable() != null || line.isOverBudget()) {
      add(Kind.UNCLEAR, "");
    }
    line.commands().stream()
        .map(words -> CommandRule.nameOf(words.get(0)))
        .distinct()
        .forEach(name -> add(Kind.EXEC, name));
  }

  /** All uses with their number, in the order of their first time. */
  public synchronized List<Map.Entry<Use, Integer>> uses() {
    return uses.entrySet().stream().map(Map.Entry::copyOf).toList();
  }

  /** Whether nothing had to be left out. */
  public synchronized boolean isComplete() {
    return complete;
  }
}
