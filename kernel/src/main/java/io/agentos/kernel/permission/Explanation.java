// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rule would decide a call, and how. What a path or a name leads to is not looked up: the
 * kernel judges what it opened or connected to, so a link can still be refused.
 *
 * @param because the rule, in a sentence
 */
public record Explanation(boolean allowed, String because) {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /** What can be asked about. */
  public static final List<String> CALLS = List.of("read", "write", "exec", "http");

  /**
   * Judges a call without making it.
   *
   * @param call one of {@link #CALLS}
   * @param target an absolute path, a shell line, or an http(s) address
   * @throws IllegalArgumentException when that makes no sense, saying what would
   */
  public static Explanation of(Permissions permissions, String call, String target) {
    return switch (call) {
      case "read" ->
          permissions.canRead() ? read(permissions.paths(), path(target)) : off("can_read");
      case "write" ->
          permissions.canWrite() ? write(permissions.paths(), path(target)) : off("can_write");
      case "exec" -> permissions.canExec() ? exec(permissions.commands(), target) : off("can_exec");
      case "http" -> permissions.canHttp() ? http(permissions.domains(), target) : off("can_http");
      default ->
          throw new IllegalArgumentException("call must be one of " + String.join(", ", CALLS));
    };
  }

  private static Explanation off(String field) {
    return new Explanation(false, field + " is false");
  }

  private static Explanation read(PathRules rules, String path) {
    return decided(rules.whyNotRead(path), "the read paths " + rules.allowingRead(path));
  }

  private static Explanation write(PathRules rules, String path) {
    return decided(rules.whyNotWrite(path), "the write paths " + rules.allowingWrite(path));
  }

  private static Explanation exec(CommandRules rules, String line) {
    String rule = rules.allowed().isEmpty() ? "no blocked command is in it" : "" + rules.allowed();
    return decided(rules.whyNot(line), rule);
  }

  private static Explanation http(DomainRules rules, String address) {
    URI uri = URI.create(address);
    if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
      throw new IllegalArgumentException("target must be an address such as https://example.com/");
    }
    int usual = uri.getScheme().equals("https") ? HTTPS_PORT : HTTP_PORT;
    int port = uri.getPort() < 0 ? usual : uri.getPort();
    boolean allowed = rules.allows(uri.getHost(), port);
    boolean named = allowed && rules.names(uri.getHost(), port);
    return new Explanation(
        allowed,
        "host "
            + uri.getHost()
            + " port "
            + port
            + (allowed ? " is among the network patterns " : " is not among the network patterns ")
            + rules.patterns()
            + (allowed && !named ? "; addresses that are not public are refused" : ""));
  }

  private static Explanation decided(@Nullable String whyNot, String otherwise) {
    return whyNot == null ? new Explanation(true, otherwise) : new Explanation(false, whyNot);
  }

  private static String path(String target) {
    Path path = Path.of(target);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("target must be an absolute path, was " + target);
    }
    return path.normalize().toString();
  }
}
