// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which of the configured secrets the kernel attaches to a caller's requests. The caller never gets
 * to see one.
 */
public final class SecretGrants {
  /** The kernel's owner, whose secrets they are. */
  public static final SecretGrants ALL = new SecretGrants(true, Set.of());

  public static final SecretGrants NONE = new SecretGrants(false, Set.of());

  private final boolean all;
  private final Set<String> names;

  private SecretGrants(boolean all, Set<String> names) {
    this.all = all;
    this.names = names;
  }

  static SecretGrants of(List<String> names) {
    return new SecretGrants(false, new TreeSet<>(Lists.checked("secrets", names)));
  }

  public boolean holds(String name) {
    return all || names.contains(name);
  }

  SecretGrants and(SecretGrants other) {
    if (all) {
      return other;
    }
    return other.all
        ? this
        : new SecretGrants(
            false,
            names.stream().filter(other.names::contains).collect(Collectors.toUnmodifiableSet()));
  }

  /** The first of these that is not held, or an empty text. */
  String firstBeyond(List<String> asked) {
    return asked.stream().filter(name -> !holds(name)).findFirst().orElse("");
  }

  /** As GET_PERMS shows them; {@code *} for all. */
  public List<String> names() {
    return all ? List.of("*") : names.stream().sorted().toList();
  }
}
