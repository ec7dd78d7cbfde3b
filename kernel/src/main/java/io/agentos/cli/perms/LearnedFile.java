// SPDX-License-Identifier: MIT
package io.agentos.cli.perms;

import io.agentos.cli.client.Fields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an agent used, as a file of permissions for people to look through: the narrowest that lets
 * it do the same again. What a rule can't say exactly is left out, with a remark, rather than
 * written wider.
 */
public final class LearnedFile {
  /** From more files of one folder than this the folder is meant; each is named otherwise. */
  static final int MOST_FILES_OF_A_FOLDER = 8;

  /** What the kernel takes in one list. */
  private static final int MOST_RULES = 256;

  private static final int LONGEST_RULE = 512;
  private static final int FOLDER_STAR = 2;
  private static final List<String> RIGHTS =
      List.of("can_exec", "can_read", "can_write", "can_think", "can_spawn", "can_http");

  private final Map<String, Map<String, Long>> uses = new TreeMap<>();
  private final List<String> remarks = new ArrayList<>();

  private LearnedFile(Fields learned) {
    for (Fields use : learned.objects("uses")) {
      uses.computeIfAbsent(use.text("kind"), kind -> new TreeMap<>())
          .put(use.text("subject"), use.whole("count"));
    }
    if (!learned.flag("complete")) {
      remarks.add("It used more than was noted: this file is incomplete.");
    }
    if (uses.containsKey("unclear")) {
      remarks.add(
          "Of some command lines only a shell can tell what they run; with this list of programs"
              + " they are refused. Put such lines into a script, and allow that.");
    }
  }

  /**
   * The file's text.
   *
   * @param learned what GET_PERMS tells of an agent that was started to learn
   * @param agent its name
   */
  public static String of(Fields learned, String agent) {
    return new LearnedFile(learned).text(agent);
  }

  private Map<String, Long> uses(String kind) {
    return uses.getOrDefault(kind, Map.of());
  }

  private String text(String agent) {
    Map<String, String> programs = listed("exec", uses("exec"), "EXEC");
    Map<String, String> hosts = listed("network", uses("http"), "HTTP");
    Map<String, String> secrets = listed("secrets", uses("secret"), "HTTP");
    Map<String, String> read = files("filesystem.read", uses("read"), "READ");
    Map<String, String> write = files("filesystem.write", uses("write"), "WRITE");
    StringBuilder file = new StringBuilder();
    file.append("# What ")
        .append(inComment(agent))
        .append(" used of its permissions in one run.\n");
    file.append("# Look it through, then: agentos run --permissions THIS-FILE ...\n");
    remarks.forEach(remark -> file.append("# ! ").append(remark).append('\n'));
    file.append("\nlevel = \"sandboxed\"\n");
    for (String right : RIGHTS) {
      // Without a single program an empty list would allow all of them.
      boolean used = uses("right").containsKey(right);
      boolean has = used && (!right.equals("can_exec") || !programs.isEmpty());
      file.append(right).append(" = ").append(has).append('\n');
    }
    if (!programs.isEmpty()) {
      append(file, "exec", programs);
    }
    append(file, "network", hosts);
    if (!secrets.isEmpty()) {
      append(file, "secrets", secrets);
    }
    file.append("\n[filesystem]");
    append(file, "read", read);
    append(file, "write", write);
    return file.toString();
  }

  private static void append(StringBuilder file, String name, Map<String, String> rules) {
    file.append('\n').append(name).append(" = [");
    rules.forEach(
        (rule, why) -> file.append("\n  ").append(quoted(rule)).append(",  # ").append(why));
    file.append(rules.isEmpty() ? "]\n" : "\n]\n");
  }

  /** Each subject as a rule, with its remark. */
  private Map<String, String> listed(String list, Map<String, Long> subjects, String call) {
    Map<String, String> rules = new LinkedHashMap<>();
    exact(list, subjects).forEach((subject, count) -> rules.put(subject, times(call, count)));
    return bounded(list, rules);
  }

  /** Each file by its name, or its folder where it used many of one; never all of {@code /}. */
  private Map<String, String> files(String list, Map<String, Long> paths, String call) {
    Map<String, Long> named = exact(list, paths);
    Map<String, Integer> perFolder = new TreeMap<>();
    named.keySet().forEach(path -> perFolder.merge(folder(path), 1, Integer::sum));
    Map<String, String> rules = new LinkedHashMap<>();
    named.forEach(
        (path, count) -> {
          String folder = folder(path);
          int files = perFolder.getOrDefault(folder, 0);
          if (files > MOST_FILES_OF_A_FOLDER && !folder.isEmpty()) {
            rules.put(folder + "/*", call + " of " + files + " files; folders in it count as well");
          } else {
            rules.put(path, times(call, count));
          }
        });
    return bounded(list, rules);
  }

  /** Without those that would be rules for more than themselves. */
  private Map<String, Long> exact(String list, Map<String, Long> subjects) {
    Map<String, Long> exact = new LinkedHashMap<>(subjects);
    exact.keySet().removeIf(subject -> !isExact(list, subject));
    if (exact.size() < subjects.size()) {
      remarks.add(
          list
              + ": "
              + (subjects.size() - exact.size())
              + " left out, as no rule names them alone (a * or ? in the name, a blank in a"
              + " program's, too long)");
    }
    return exact;
  }

  private static boolean isExact(String list, String subject) {
    boolean words = list.equals("exec") && subject.matches("(?s).*\\s.*");
    return !words
        && !subject.isBlank()
        && subject.indexOf('*') < 0
        && subject.indexOf('?') < 0
        && subject.length() <= LONGEST_RULE - FOLDER_STAR;
  }

  private Map<String, String> bounded(String list, Map<String, String> rules) {
    if (rules.size() > MOST_RULES) {
      remarks.add(
          list + ": " + (rules.size() - MOST_RULES) + " left out, as a list holds " + MOST_RULES);
    }
    Map<String, String> first = new LinkedHashMap<>();
    rules.entrySet().stream()
        .limit(MOST_RULES)
        .forEach(rule -> first.put(rule.getKey(), rule.getValue()));
    return first;
  }

  private static String folder(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private static String times(String call, long count) {
    return call + (count == 1 ? " once" : " " + count + " times");
  }

  private static String inComment(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", "?");
  }

  /** A basic string of TOML: whatever a file is called, it stays one string. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
