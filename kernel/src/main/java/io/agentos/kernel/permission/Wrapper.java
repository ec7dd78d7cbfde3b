// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A program that runs the command which its arguments name. Which options take a value is from each
 * one's manual: what follows these is not the command.
 *
 * @param flags letters of options without a value
 * @param valued letters of options whose value is the next word, unless it is in the same
 * @param operands words before the command, such as the duration of timeout
 */
record Wrapper(String flags, String valued, int operands) {
  private static final Map<String, Wrapper> ALL = new TreeMap<>();

  /** Whose arguments may be assignments before the command. */
  private static final Set<String> WITH_ASSIGNMENTS = Set.of("env", "sudo", "doas");

  /** Long options whose value is the next word when it is not in the same. */
  private static final Set<String> LONG_VALUED =
      Set.of(
          "--adjustment",
          "--chdir",
          "--class",
          "--classdata",
          "--format",
          "--group",
          "--host",
          "--input",
          "--error",
          "--interval",
          "--kill-after",
          "--max-args",
          "--max-chars",
          "--max-lines",
          "--max-procs",
          "--output",
          "--pid",
          "--prompt",
          "--reuid",
          "--regid",
          "--signal",
          "--timeout",
          "--unset",
          "--user",
          "--wait",
          "--arg-file",
          "--delimiter",
          "--replace-str");

  static {
    put("", "", 0, "nohup", "builtin", "busybox", "toybox", "unbuffer", "caffeinate", "fakeroot");
    put("i0v", "uCa", 0, "env");
    put("", "n", 0, "nice");
    put("t", "cnpPu", 0, "ionice");
    put("apvlVq", "fo", 0, "time");
    put("0rtxpo", "IiELlnPsda", 0, "xargs");
    put("cl", "a", 0, "exec");
    put("p", "", 0, "command");
    put("fpv", "ks", 1, "timeout");
    put("cfw", "", 0, "setsid");
    put("", "ioe", 0, "stdbuf");
    put("bcdegptwxq", "n", 0, "watch");
    put("AbEeHiKklNnPSsVv", "CDghpRrTtUu", 0, "sudo");
    put("Lns", "Cu", 0, "doas");
    put("", "", 1, "chroot");
    put("abcdefimnpuUrRCTVE", "SGw", 0, "unshare");
    put("mnpuUiCTaFZ", "tSGrwN", 0, "nsenter");
    put("fqcCdDiItTvVwxXyYzk", "aAbeEoOpPsSuU", 0, "strace");
    put("fo", "exsnu", 1, "flock");
    put("abdfioRrsmaeT", "", 1, "chrt");
    put("ap", "", 1, "taskset");
  }

  private static void put(String flags, String valued, int operands, String... names) {
    for (String name : names) {
      ALL.put(name, new Wrapper(flags, valued, operands));
    }
  }

  /** The one of that name. */
  static @Nullable Wrapper named(String name) {
    return ALL.get(name);
  }

  /**
   * Where in {@code words} the command begins that is run; their number when there is none; -1 when
   * an option is unknown or no word yet, so that it can't be told.
   */
  int start(List<ShellWord> words) {
    boolean assignments = WITH_ASSIGNMENTS.contains(CommandRule.nameOf(words.get(0).text()));
    int left = operands;
    int i = 1;
    while (i < words.size()) {
      ShellWord word = words.get(i);
      if (assignments && word.isAssignment()) {
        i++;
        continue;
      }
      if (!word.isKnown()) {
        return left > 0 ? -1 : i;
      }
      if (word.text().equals("--")) {
        return i + 1 + left;
      }
      if (word.text().startsWith("-") && left == operands) {
        int after = afterOption(words, i);
        if (after < 0) {
          return -1;
        }
        i = after;
      } else if (left > 0) {
        left--;
        i++;
      } else {
        return i;
      }
    }
    return words.size();
  }

  private int afterOption(List<ShellWord> words, int i) {
    String option = words.get(i).text();
    if (option.startsWith("--")) {
      return i + (LONG_VALUED.contains(option) ? 2 : 1);
    }
    for (int at = 1; at < option.length(); at++) {
      char letter = option.charAt(at);
      if (valued.indexOf(letter) >= 0) {
        return i + (at + 1 < option.length() ? 1 : 2);
      }
      if (flags.indexOf(letter) < 0 && !Character.isDigit(letter)) {
        return -1;
      }
    }
    return i + 1;
  }
}
