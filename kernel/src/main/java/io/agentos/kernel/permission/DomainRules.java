// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.net.IDN;
import java.util.List;
import java.util.Locale;

/**
 * Which hosts may be talked to: exact names, {@code *.example.com} (not example.com itself),
 * addresses, or {@code *}.
 */
public final class DomainRules {
  private static final String ANY = "*";

  private final List<List<String>> conditions;

  /**
   * @param patterns of which one must match; empty: no host
   * @throws IllegalArgumentException naming the pattern that is none
   */
  public static DomainRules of(List<String> patterns) {
    return new DomainRules(
        List.of(
            Lists.checked("network", patterns).stream()
                .map(DomainRules::canonicalPattern)
                .toList()));
  }

  private DomainRules(List<List<String>> conditions) {
    this.conditions = conditions;
  }

  /** Whether every condition lets this host through; {@code host} is what will be connected to. */
  public boolean allows(String host) {
    String canonical = canonicalHost(host);
    return conditions.stream()
        .allMatch(oneOf -> oneOf.stream().anyMatch(pattern -> matches(pattern, canonical)));
  }

  /**
   * Whether the host stands in the rules by itself, not by a wildcard: only then may it be a
   * private address.
   */
  public boolean names(String host) {
    String canonical = canonicalHost(host);
    return conditions.stream().allMatch(oneOf -> oneOf.contains(canonical));
  }

  /** Every condition is kept, {@code *} too: it allows any host but names none. */
  DomainRules and(DomainRules other) {
    return new DomainRules(
        Lists.conjunction("domains", conditions.stream(), other.conditions.stream()));
  }

  /** The narrowest list, as GET_PERMS shows it. */
  public List<String> patterns() {
    return conditions.get(conditions.size() - 1);
  }

  private static boolean matches(String pattern, String host) {
    if (pattern.equals(ANY)) {
      return true;
    }
    return pattern.startsWith("*.")
        ? host.endsWith(pattern.substring(1)) && host.length() > pattern.length() - 1
        : pattern.equals(host);
  }

  private static String canonicalPattern(String pattern) {
    String host = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
    if (pattern.equals(ANY)) {
      return pattern;
    }
    boolean hasPort = host.matches("[^:]+:\\d+");
    if (hasPort || host.isEmpty() || host.matches(".*[*/@?#\\s].*")) {
      throw new IllegalArgumentException(
          "network pattern \"" + pattern + "\" must be a host name, *.a.domain, an address, or *");
    }
    try {
      return pattern.startsWith("*.") ? "*." + canonicalHost(host) : canonicalHost(host);
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
