// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Blanks secrets in what servers answer, as some echo what they were sent. Each byte of one becomes
 * an asterisk, so that lengths stay right. As they are, and in base64, URL and JSON form: a server
 * that wants to give a secret away can do so in forms that nobody knows.
 */
public final class Redaction {
  public static final Redaction NONE = new Redaction(List.of());

  private static final byte BLANK = '*';

  /** What stands where a text was cut. */
  private static final String CUT = "...";

  /** Of a secret's characters so many give nothing away. */
  private static final int LEAST_BEGINNING = 4;

  private final List<byte[]> forms;
  private final int longest;

  private Redaction(List<byte[]> forms) {
    this.forms = forms;
    this.longest = forms.stream().mapToInt(form -> form.length).max().orElse(0);
  }

  /** Of these values. */
  static Redaction of(Collection<String> values) {
    Set<String> forms = new TreeSet<>();
    for (String value : values) {
      byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
      forms.add(value);
      forms.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
      forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
      String url = java.net.URLEncoder.encode(value, StandardCharsets.UTF_8);
      forms.add(url);
      forms.add(url.replace("+", "%20"));
      forms.add(value.replace("\\", "\\\\").replace("\"", "\\\""));
      forms.add(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"));
    }
    return new Redaction(
        forms.stream().map(form -> form.getBytes(StandardCharsets.ISO_8859_1)).toList());
  }

  /** Whether there is nothing to blank. */
  public boolean isEmpty() {
    return forms.isEmpty();
  }

  /** Blanks in place. */
  private void blank(byte[] bytes, int length) {
    for (byte[] form : forms) {
      for (int at = 0; at + form.length <= length; at++) {
        if (Arrays.equals(bytes, at, at + form.length, form, 0, form.length)) {
          Arrays.fill(bytes, at, at + form.length, BLANK);
        }
      }
    }
  }

  /** The same bytes without secrets. */
  public byte[] apply(byte[] bytes) {
    byte[] clean = bytes.clone();
    blank(clean, clean.length);
    return clean;
  }

  /** The same text without secrets; for headers. */
  public String apply(String text) {
    return isEmpty()
        ? text
        : new String(
            apply(text.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
  }

  /**
   * The same text without secrets, also without the beginning of one that was cut off there: by the
   * end, or by dots. As long as it was.
   */
  String blanked(String text) {
    if (isEmpty()) {
      return text;
    }
    byte[] clean = apply(text.getBytes(StandardCharsets.UTF_8));
    String latin = new String(clean, StandardCharsets.ISO_8859_1);
    for (int end = latin.indexOf(CUT); end >= 0; end = latin.indexOf(CUT, end + 1)) {
      blankBeginning(clean, end);
    }
    blankBeginning(clean, clean.length);
    return new String(clean, StandardCharsets.UTF_8);
  }

  /** Blanks the longest beginning of a secret that ends there. */
  private void blankBeginning(byte[] bytes, int end) {
    for (byte[] form : forms) {
      for (int n = Math.min(form.length - 1, end); n >= LEAST_BEGINNING; n--) {
        if (Arrays.equals(bytes, end - n, end, form, 0, n)) {
          Arrays.fill(bytes, end - n, end, BLANK);
          break;
        }
      }
    }
  }

  Map<String, String> apply(Map<String, String> headers) {
    Map<String, String> clean = new LinkedHashMap<>();
    headers.forEach((name, value) -> clean.put(apply(name), apply(value)));
    return clean;
  }

  /** For bytes that come in pieces. */
  public Stream stream() {
    return new Stream();
  }

  /** Holds back what may be the beginning of a secret until more has come. */
  public final class Stream {
    private byte[] held = {};

    private Stream() {}

    /**
     * Takes a piece.
     *
     * @param last whether there is no more
     * @return what can go on, of this and of earlier pieces
     */
    public byte[] feed(byte[] piece, boolean last) {
      if (isEmpty()) {
        return piece;
      }
      byte[] all = Arrays.copyOf(held, held.length + piece.length);
      System.arraycopy(piece, 0, all, held.length, piece.length);
      blank(all, all.length);
      int ready = last ? all.length : Math.max(0, all.length - (longest - 1));
      held = Arrays.copyOfRange(all, ready, all.length);
      return Arrays.copyOf(all, ready);
    }
  }
}
