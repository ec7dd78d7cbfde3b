// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a text as a shell does and hands on each simple command that it would run, in subshells,
 * substitutions, compound commands and functions too. It does not check the grammar: what no shell
 * would accept may give commands, but what a shell accepts gives all of its commands.
 */
final class ShellReader {
  /** How deep substitutions and subshells may be nested. */
  static final int DEEPEST = 16;

  private static final Set<String> BEFORE_COMMANDS =
      Set.of(
          "if", "then", "elif", "else", "while", "until", "do", "!", "{", "coproc", "fi", "done",
          "}");
  private static final String SEPARATES = ";&|\n";

  /** A simple command: its words, and whether the text of a here-document is its input. */
  record Simple(List<ShellWord> words, List<String> input) {}

  /** What is known of a here-document before its text comes. */
  private record Document(String delimiter, boolean stripsTabs, boolean expands, Simple of) {}

  private final String text;
  private final int depth;
  private final Consumer<Simple> found;
  private final Runnable tooDeep;
  private final ShellWordReader wordReader;
  private final Deque<Document> documents = new ArrayDeque<>();
  private final List<Simple> waiting = new ArrayList<>();
  private int at;

  /**
   * @param depth how many readings this one is inside of
   * @param tooDeep called when there is more than {@link #DEEPEST} of these
   */
  ShellReader(String text, int depth, Consumer<Simple> found, Runnable tooDeep) {
    this.text = text;
    this.depth = depth;
    this.found = found;
    this.tooDeep = tooDeep;
    this.wordReader =
        new ShellWordReader(
            text,
            new ShellWordReader.Commands() {
              @Override
              public int readToParenthesis(int from) {
                return inside(from);
              }

              @Override
              public void read(String inner) {
                new ShellReader(inner, depth + 1, found, tooDeep).readAll();
              }
            });
  }

  /** Reads it all. */
  void readAll() {
    readList(/* nested= */ false);
  }

  private int inside(int from) {
    ShellReader reader = new ShellReader(text, depth + 1, found, tooDeep);
    reader.at = from;
    reader.readList(/* nested= */ true);
    return reader.at;
  }

  /** To the end, or to after the parenthesis that ends a nested list. */
  private void readList(boolean nested) {
    if (depth > DEEPEST) {
      tooDeep.run();
      at = text.length();
      return;
    }
    int openCases = 0;
    while (skipSpace()) {
      char c = text.charAt(at);
      if (c == ')') {
        at++;
        if (nested) {
          break;
        }
      } else if (c == '(') {
        at = inside(at + 1);
      } else if (SEPARATES.indexOf(c) >= 0) {
        boolean nextPattern = openCases > 0 && isCaseSeparator();
        separator();
        openCases -= nextPattern && !casePattern() ? 1 : 0;
      } else {
        openCases += command() ? 1 : 0;
      }
    }
    flush();
  }

  /** Skips blanks and comments; false at the end. */
  private boolean skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == '\\' && text.startsWith("\n", at + 1)) {
        at += 2;
      } else if (c == ' ' || c == '\t') {
        at++;
      } else {
        return true;
      }
    }
    return false;
  }

  private void skipLines() {
    while (skipSpace() && text.charAt(at) == '\n') {
      separator();
    }
  }

  private void separator() {
    if (text.charAt(at++) == '\n') {
      documents.forEach(this::readDocument);
      documents.clear();
      flush();
    }
  }

  private boolean isCaseSeparator() {
    return text.startsWith(";;", at) || text.startsWith(";&", at);
  }

  /** One command or the words before one; true when it was the head of a {@code case}. */
  private boolean command() {
    List<ShellWord> words = new ArrayList<>();
    Simple simple = new Simple(words, new ArrayList<>());
    while (skipSpace() && SEPARATES.indexOf(text.charAt(at)) < 0 && text.charAt(at) != ')') {
      if (text.charAt(at) == '(') {
        if (!afterParenthesis(words)) {
          break;
        }
      } else if (!redirection(simple)) {
        ShellWord word = word();
        if (words.isEmpty() && word.isReserved("case")) {
          word();
          skipLines();
          word(); // in
          return casePattern();
        }
        if (words.isEmpty() && word.isReserved("function")) {
          word(); // its name; "()" may follow
        } else if (!words.isEmpty() || !comesBeforeCommands(word)) {
          words.add(word);
        }
      }
    }
    finish(simple);
    return false;
  }

  /** Whether a command may follow it in the same command. */
  static boolean comesBeforeCommands(ShellWord word) {
    return word.isPlain() && BEFORE_COMMANDS.contains(word.text());
  }

  private ShellWord word() {
    skipSpace();
    ShellWord word = wordReader.read(at);
    at = wordReader.end();
    return word;
  }

  /**
   * A parenthesis in a command: {@code name()} begins a function and {@code name=(...)} is a list;
   * false when it begins a subshell.
   */
  private boolean afterParenthesis(List<ShellWord> words) {
    int inside = at + 1;
    int opened = at;
    at = inside;
    skipSpace();
    if (at < text.length() && text.charAt(at) == ')') {
      at++;
      words.clear();
      return true;
    }
    if (words.isEmpty()) {
      at = opened;
      return false;
    }
    at = inside(inside);
    return true;
  }

  private void finish(Simple simple) {
    List<ShellWord> words = simple.words();
    if (words.isEmpty()) {
      return;
    }
    ShellWord first = words.get(0);
    if (first.isReserved("for") || first.isReserved("select") || first.isReserved("esac")) {
      return;
    }
    waiting.add(simple);
    if (documents.isEmpty()) {
      flush();
    }
  }

  private void flush() {
    waiting.forEach(found);
    waiting.clear();
  }

  /** The patterns of one branch; false at {@code esac}. */
  private boolean casePattern() {
    while (true) {
      skipLines();
      if (isAt('(') || (at < text.length() && SEPARATES.indexOf(text.charAt(at)) >= 0)) {
        at++;
        continue;
      }
      if (at >= text.length()) {
        return false;
      }
      if (isAt(')')) {
        at++;
        return true;
      }
      int before = at;
      if (word().isReserved("esac")) {
        return false;
      }
      at = Math.max(at, before + 1);
    }
  }

  private boolean isAt(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  /**
   * Reads a redirection with its target, which is no part of the command; false if none is here.
   */
  private boolean redirection(Simple simple) {
    int from = at;
    while (from < text.length() && Character.isDigit(text.charAt(from))) {
      from++;
    }
    if (text.startsWith("{", at) && text.indexOf('}', at) > 0) {
      int end = text.indexOf('}', at) + 1; // {name}>file
      from = end < text.length() && "<>".indexOf(text.charAt(end)) >= 0 ? end : from;
    }
    if (from >= text.length()
        || "<>".indexOf(text.charAt(from)) < 0
        || text.startsWith("(", from + 1)) {
      return false;
    }
    if (text.startsWith("<<", from) && !text.startsWith("<<<", from)) {
      document(from + 2, simple);
      return true;
    }
    at = from;
    while (at < text.length() && "<>&|".indexOf(text.charAt(at)) >= 0 && at < from + 3) {
      at++;
    }
    ShellWord target = word();
    if (text.startsWith("<<<", from)) {
      simple.input().add(target.text());
    }
    return true;
  }

  private void document(int from, Simple simple) {
    boolean stripsTabs = text.startsWith("-", from);
    at = stripsTabs ? from + 1 : from;
    ShellWord delimiter = word();
    documents.add(new Document(delimiter.text(), stripsTabs, delimiter.isPlain(), simple));
  }

  private void readDocument(Document document) {
    int from = at;
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      int stop = end < 0 ? text.length() : end;
      String line = text.substring(at, stop);
      int lineStart = at;
      at = Math.min(text.length(), stop + 1);
      if ((document.stripsTabs() ? line.replaceFirst("^\t+", "") : line)
          .equals(document.delimiter())) {
        finishDocument(document, from, lineStart);
        return;
      }
    }
    finishDocument(document, from, text.length());
  }

  private void finishDocument(Document document, int from, int to) {
    document.of().input().add(text.substring(from, to));
    if (document.expands()) {
      wordReader.readExpansions(from, to);
    }
  }
}
