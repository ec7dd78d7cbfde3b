// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which hosts may be talked to: exact names, {@code *.example.com} (not example.com itself),
 * addresses, or {@code *}; each followed by {@code :PORT} to mean that port alone.
 */
public final class DomainRules {
  private static final String ANY = "*";
  private static final int LAST_PORT = 65_535;

  /** Where HTTPS is: the one port to which a tunnel may lead that no rule names. */
  private static final int HTTPS_PORT = 443;

  /** A host or an IPv6 address in brackets, then a port. */
  private static final Pattern WITH_PORT =
      Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]*):(\\d{1,5})");

  private final List<List<Rule>> conditions;

  /** One pattern; {@code port} 0: any. */
  private record Rule(String host, int port) {
    boolean allows(String canonical, int at) {
      return (port == 0 || port == at) && matches(canonical);
    }

    private boolean matches(String canonical) {
      if (host.equals(ANY)) {
        return true;
      }
      return host.startsWith("*.")
          ? canonical.endsWith(host.substring(1)) && canonical.length() > host.length() - 1
          : host.equals(canonical);
    }

    @Override
    public String toString() {
      String shown = port != 0 && host.indexOf(':') >= 0 ? "[" + host + "]" : host;
      return port == 0 ? shown : shown + ":" + port;
    }
  }

  /**
   * @param patterns of which one must match; empty: no host
   * @throws IllegalArgumentException naming the pattern that is none
   */
  public static DomainRules of(List<String> patterns) {
    return new DomainRules(
        List.of(Lists.checked("network", patterns).stream().map(DomainRules::rule).toList()));
  }

  private DomainRules(List<List<Rule>> conditions) {
    this.conditions = conditions;
  }

  /** Whether every condition lets this host through; {@code host} is what will be connected to. */
  public boolean allows(String host, int port) {
    String canonical = canonicalHost(host);
    return conditions.stream()
        .allMatch(oneOf -> oneOf.stream().anyMatch(rule -> rule.allows(canonical, port)));
  }

  /** Whether the host may be talked to at any port at all. */
  public boolean allowsName(String host) {
    String canonical;
    try {
      canonical = canonicalHost(host);
    } catch (IllegalArgumentException noName) {
      return false;
    }
    return conditions.stream()
        .allMatch(oneOf -> oneOf.stream().anyMatch(rule -> rule.matches(canonical)));
  }

  /**
   * Whether bytes that nobody looks into may go there: to the port of HTTPS, and to others only
   * where a rule names the port.
   */
  public boolean allowsTunnel(String host, int port) {
    String canonical = canonicalHost(host);
    return conditions.stream()
        .allMatch(
            oneOf ->
                oneOf.stream()
                    .anyMatch(
                        rule ->
                            rule.allows(canonical, port)
                                && (port == HTTPS_PORT || rule.port == port)));
  }

  /**
   * Whether the host stands in the rules by itself, not by a wildcard: only then may it be a
   * private address.
   */
  public boolean names(String host, int port) {
    String canonical = canonicalHost(host);
    return conditions.stream()
        .allMatch(
            oneOf ->
                oneOf.stream()
                    .anyMatch(
                        rule ->
                            rule.host.equals(canonical) && (rule.port == 0 || rule.port == port)));
  }

  /** Every condition is kept, {@code *} too: it allows any host but names none. */
  DomainRules and(DomainRules other) {
    return new DomainRules(
        Lists.conjunction("domains", conditions.stream(), other.conditions.stream()));
  }

  /** The narrowest list, as GET_PERMS shows it. */
  public List<String> patterns() {
    return conditions.get(conditions.size() - 1).stream().map(Rule::toString).toList();
  }

  private static Rule rule(String pattern) {
    Matcher split = WITH_PORT.matcher(pattern);
    boolean hasPort = split.matches();
    int port = hasPort ? Integer.parseInt(split.group(2)) : 0;
    String host = hasPort ? split.group(1) : pattern;
    if (hasPort && (port == 0 || port > LAST_PORT)) {
      throw new IllegalArgumentException(
          "network pattern \"" + pattern + "\" names no port from 1 to " + LAST_PORT);
    }
    return new Rule(canonicalPattern(pattern, host), port);
  }

  private static String canonicalPattern(String pattern, String given) {
    if (given.equals(ANY)) {
      return given;
    }
    String host = given.startsWith("*.") ? given.substring(2) : given;
    boolean noAddress = host.indexOf(':') >= 0 && !host.matches("\\[?[0-9A-Fa-f:.]+\\]?");
    if (host.isEmpty() || noAddress || host.matches(".*[*/@?#\\s].*")) {
      throw new IllegalArgumentException(
          "network pattern \""
              + pattern
              + "\" must be a host name, *.a.domain, an address, or *; with :PORT or without");
    }
    try {
      return given.startsWith("*.") ? "*." + canonicalHost(host) : canonicalHost(host);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "network pattern \"" + pattern + "\" names no host: " + e.getMessage(), e);
    }
  }

  private static String canonicalHost(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    String lower = bare.toLowerCase(Locale.ROOT);
    String rooted = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    return rooted.indexOf(':') >= 0 ? rooted : IDN.toASCII(rooted, IDN.ALLOW_UNASSIGNED);
  }
}
