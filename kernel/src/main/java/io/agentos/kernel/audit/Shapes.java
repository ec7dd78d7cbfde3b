// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What secrets usually look like, or stand behind, in command lines and addresses. It errs to the
 * side of blanking: an entry is there to tell what was done, not to do it again.
 *
 * <p>Every repetition within a pattern is bounded: who writes the text may be an enemy of the one
 * who has to look through it.
 */
final class Shapes {
  private static final String BLANK = "*";

  /** A value as a shell, JSON or a header has it. */
  private static final String VALUE =
      "(?:\"[^\"]{1,8192}\"?|'[^']{1,8192}'?|[^\\s\"'&;|,}]{1,8192})";

  /** Words for what nobody else should know, whatever stands before or behind them. */
  private static final String NAME =
      "(?:passw(?:or)?d|passphrase|passwd|pwd|secret|token|credential|api[_-]?key|access[_-]?key|"
          + "private[_-]?key|auth[_-]?key|session[_-]?id)";

  /** Group 1 stays, group 2 is blanked. */
  private static final List<Pattern> ALL =
      List.of(
          // Authorization: Bearer X, Cookie: X: all of the header, up to a quote or the line's end
          pattern(
              "((?:authorization|cookie)[\"']?\\s{0,8}[:=]\\s{0,8}[\"']?)([^\"'\\r\\n]{1,8192})"),
          // TOKEN=X, "api_key": "X", X-Auth-Token: X, ?access_token=X
          pattern("(" + NAME + "[\\w-]{0,40}[\"']?\\s{0,8}[:=]\\s{0,8})(" + VALUE + ")"),
          // --password X, -token X; not --token-file X, which names a file
          pattern(
              "((?<![^\\s\"'])--?[\\w-]{0,40}"
                  + NAME
                  + "(?![\\w-]{0,40}(?:file|path|stdin|name))[\\w-]{0,40}[\"']?\\s{1,8})("
                  + VALUE
                  + ")"),
          // curl -u user:X, --user user:X; sshpass -p X
          pattern(
              "((?<!\\S)(?:-u|-U|--user|--proxy-user)[\\s=]{0,8}[\"']?[^\\s:\"']{1,256}:)"
                  + "([^\\s\"']{1,8192})"),
          pattern("(sshpass\\s{1,8}-p\\s{0,8})(" + VALUE + ")"),
          // scheme://user:X@host, scheme://TOKEN@host
          pattern("(://[^\\s/:@\"']{0,256}:)([^\\s/@\"']{1,8192})(?=@)"),
          pattern("(://)([^\\s/:@\"']{16,8192})(?=@)"),
          // signatures and codes in queries
          pattern("([?&](?:key|sig|signature|code|auth|jwt)=)([^\\s\"'&;|]{1,8192})"),
          // keys that tell by their beginning which service they are for, and JSON web tokens
          exact(
              "()(gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\\w{16,255}|glpat-[\\w-]{16,255}"
                  + "|sk-[\\w-]{16,255}|xox[abeprs]-[\\w-]{8,255}|(?:AKIA|ASIA)[0-9A-Z]{12,32}"
                  + "|AIza[\\w-]{30,64}|eyJ[\\w-]{8,4096}\\.[\\w-]{8,8192}(?:\\.[\\w-]{0,8192})?)"),
          exact("(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)([^-]{1,24576})"));

  private Shapes() {}

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }

  private static Pattern exact(String regex) {
    return Pattern.compile(regex);
  }

  /** The text with an asterisk for each character of what looks like a secret. */
  static String blank(String text) {
    String clean = text;
    for (Pattern shape : ALL) {
      Matcher found = shape.matcher(clean);
      clean = found.replaceAll(Shapes::blanked);
    }
    return clean;
  }

  private static String blanked(MatchResult found) {
    return Matcher.quoteReplacement(found.group(1) + BLANK.repeat(found.group(2).length()));
  }
}
