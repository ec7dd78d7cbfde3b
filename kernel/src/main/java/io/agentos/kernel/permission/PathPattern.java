// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One glob: {@code *} and {@code ?} within a segment, {@code **} across segments, {@code ~} at the
 * start for the kernel user's home. A pattern that names a folder covers what is in it.
 *
 * <p>Matched by stepping through all its possible positions at once, never by backtracking: its
 * time is the product of two bounded lengths, whatever an adversary writes. Most paths are not
 * covered by most patterns, which is seen by the literal text that a covered path must begin with
 * and the one that it must hold.
 */
public final class PathPattern {
  static final PathPattern EVERYTHING = of("/**");
  private static final int LONGEST = 512;

  /** A folder that no pattern can name. */
  private static final String UNNAMED = "/\0";

  private enum Kind {
    LITERAL,
    /** One character, not a slash. */
    ONE,
    /** Any number of characters, no slash. */
    STAR,
    /** Any number of characters. */
    ACROSS,
    /** Nothing, or anything that ends with a slash. */
    FOLDERS
  }

  private record Token(Kind kind, int literal) {}

  private final String text;
  private final List<Token> tokens;
  private final String beginning;
  private final String part;

  private PathPattern(String text, List<Token> tokens) {
    this.text = text;
    this.tokens = tokens;
    this.beginning = literals(tokens, 0);
    String longest = beginning;
    for (int i = 1; i < tokens.size(); i++) {
      String run = tokens.get(i - 1).kind == Kind.LITERAL ? "" : literals(tokens, i);
      longest = run.length() > longest.length() ? run : longest;
    }
    this.part = longest;
  }

  /** The text of the literal tokens from there to the next that is none. */
  private static String literals(List<Token> tokens, int from) {
    StringBuilder run = new StringBuilder();
    for (int i = from; i < tokens.size() && tokens.get(i).kind == Kind.LITERAL; i++) {
      run.appendCodePoint(tokens.get(i).literal);
    }
    return run.toString();
  }

  /**
   * Compiles a glob.
   *
   * @throws IllegalArgumentException when it is too long, or neither absolute nor starts with
   *     {@code **} or {@code ~}
   */
  public static PathPattern of(String glob) {
    if (glob.length() > LONGEST || glob.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "a path pattern must be at most " + LONGEST + " characters and hold no NUL");
    }
    boolean home = glob.equals("~") || glob.startsWith("~/");
    String absolute = home ? System.getProperty("user.home") + glob.substring(1) : glob;
    if (!absolute.startsWith("/") && !absolute.startsWith("**")) {
      throw new IllegalArgumentException(
          "path pattern \""
              + glob
              + "\" must start with /, ~/ or **; for a name anywhere write **/"
              + glob);
    }
    if (absolute.contains("//") || (absolute + "/").matches(".*/\\.{1,2}/.*")) {
      throw new IllegalArgumentException(
          "path pattern \""
              + glob
              + "\" must hold no //, /./ or /../: paths are judged without them");
    }
    return new PathPattern(glob, parse(absolute));
  }

  private static List<Token> parse(String glob) {
    // A folder covers what is in it, so a final /** says nothing more; the same for a final slash.
    String rest = glob.replaceAll("(/\\*\\*|/)+$", "");
    List<Token> tokens = new ArrayList<>();
    int i = 0;
    while (i < rest.length()) {
      boolean segmentStart = i == 0 || rest.charAt(i - 1) == '/';
      if (segmentStart && rest.startsWith("**/", i)) {
        tokens.add(new Token(Kind.FOLDERS, '/'));
        i += 3;
      } else if (rest.startsWith("**", i)) {
        tokens.add(new Token(Kind.ACROSS, '*'));
        i += 2;
      } else {
        int c = rest.codePointAt(i);
        Kind kind = c == '*' ? Kind.STAR : c == '?' ? Kind.ONE : Kind.LITERAL;
        tokens.add(new Token(kind, c));
        i += Character.charCount(c);
      }
    }
    return List.copyOf(tokens);
  }

  /** Whether an absolute, normalised path is covered. */
  public boolean matches(String path) {
    if (!path.startsWith(beginning) || !path.contains(part)) {
      return false;
    }
    // Bit i: the text so far may end right before token i.
    BitSet at = new BitSet(tokens.size() + 1);
    reach(at, 0);
    for (int i = 0; i < path.length(); i += Character.charCount(path.codePointAt(i))) {
      int c = path.codePointAt(i);
      if (at.get(tokens.size()) && c == '/') {
        return true;
      }
      at = step(at, c);
      if (at.isEmpty()) {
        return false;
      }
    }
    return at.get(tokens.size());
  }

  /** Whether it covers something in that folder, without covering the folder. */
  boolean coversIn(String folder) {
    return !matches(folder) && !within(folder).isEmpty();
  }

  /** Whether it says the same of what lies in that folder wherever the folder is shown. */
  boolean isMovable(String folder) {
    BitSet at = within(folder);
    return at.equals(within("/")) && at.equals(within(UNNAMED));
  }

  /** Its positions when the path of a folder and a slash are read. */
  private BitSet within(String folder) {
    String text = folder.equals("/") ? folder : folder + "/";
    BitSet at = new BitSet(tokens.size() + 1);
    reach(at, 0);
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      at = step(at, text.codePointAt(i));
    }
    return at;
  }

  private BitSet step(BitSet at, int c) {
    BitSet next = new BitSet(tokens.size() + 1);
    for (int i = at.nextSetBit(0); i >= 0 && i < tokens.size(); i = at.nextSetBit(i + 1)) {
      Token token = tokens.get(i);
      switch (token.kind) {
        case LITERAL -> advanceIf(next, i, token.literal == c);
        case ONE -> advanceIf(next, i, c != '/');
        case STAR -> {
          if (c != '/') {
            reach(next, i);
          }
        }
        case ACROSS -> reach(next, i);
        case FOLDERS -> {
          // Within the folders the next token can't begin; only after a slash it can.
          next.set(i);
          if (c == '/') {
            reach(next, i + 1);
          }
        }
      }
    }
    return next;
  }

  private void advanceIf(BitSet next, int i, boolean fits) {
    if (fits) {
      reach(next, i + 1);
    }
  }

  /** Position {@code i}, and those behind tokens that may stand for nothing. */
  private void reach(BitSet at, int i) {
    at.set(i);
    for (int j = i; j < tokens.size() && canBeEmpty(tokens.get(j)); j++) {
      at.set(j + 1);
    }
  }

  private static boolean canBeEmpty(Token token) {
    return token.kind != Kind.LITERAL && token.kind != Kind.ONE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
