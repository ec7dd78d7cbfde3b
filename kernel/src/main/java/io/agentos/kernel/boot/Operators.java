// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.syscall.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in by the operators' socket beside the kernel's own user and root, which may do
 * everything: {@code [operators]} of the configuration.
 *
 * @param group whose members may
 * @param users by their ids; goes before the group
 */
record Operators(Optional<Group> group, Map<Integer, Rights> users) {
  static final String KEY = "operators";
  static final Operators NONE = new Operators(Optional.empty(), Map.of());
  static final Rights EVERYTHING = new Rights(Role.OPERATOR, PermissionLevel.UNRESTRICTED);

  private static final Set<String> FIELDS = Set.of("group", "role", "level", "users");
  private static final Set<String> USER_FIELDS = Set.of("role", "level");
  private static final int MOST_USERS = 1000;

  /** What one of them may do. */
  record Rights(Role role, PermissionLevel level) {}

  /** A group of the system, by its id. */
  record Group(int gid, Rights rights) {}

  /** The rights of a user who comes in, by its id and groups; empty when it has none. */
  Optional<Rights> of(int uid, Set<Integer> gids) {
    if (uid == 0 || uid == Sys.uid()) {
      return Optional.of(EVERYTHING);
    }
    return Optional.ofNullable(users.get(uid))
        .or(() -> group.filter(g -> gids.contains(g.gid())).map(Group::rights));
  }

  /** The mode of the socket: who may reach it at all, before anyone is asked who they are. */
  int socketMode() {
    return users.isEmpty() ? 0660 : 0666;
  }

  /** The mode of the folder that it is in. */
  int folderMode() {
    return !users.isEmpty() ? 0711 : group.isPresent() ? 0710 : 0700;
  }

  boolean admitsOthers() {
    return group.isPresent() || !users.isEmpty();
  }

  /**
   * Reads the table.
   *
   * @throws BootException naming the key and what would be right
   */
  static Operators read(JsonNode table) throws BootException {
    if (table.isMissingNode()) {
      return NONE;
    }
    check(KEY, table, FIELDS);
    Optional<Group> group = Optional.empty();
    if (table.has("group")) {
      String name = table.get("group").asText();
      OptionalInt gid = id(name, Sys::groupId);
      if (gid.isEmpty()) {
        throw new BootException(
            KEY + ".group: there is no group \"" + name + "\"; make it with groupadd --system");
      }
      group = Optional.of(new Group(gid.getAsInt(), rights(KEY, table)));
    } else if (table.has("role") || table.has("level")) {
      throw new BootException(KEY + ".role and .level are those of a group; name one");
    }
    return new Operators(group, users(table.path("users")));
  }

  private static Map<Integer, Rights> users(JsonNode tables) throws BootException {
    Map<Integer, Rights> users = new HashMap<>();
    if (tables.size() > MOST_USERS) {
      throw new BootException(KEY + ".users must hold up to " + MOST_USERS + " tables");
    }
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      String key = KEY + ".users." + entry.getKey();
      check(key, entry.getValue(), USER_FIELDS);
      OptionalInt uid = id(entry.getKey(), Sys::userId);
      if (uid.isEmpty()) {
        throw new BootException(key + ": there is no such user");
      }
      users.put(uid.getAsInt(), rights(key, entry.getValue()));
    }
    return Map.copyOf(users);
  }

  private interface Lookup {
    OptionalInt of(String name);
  }

  /** A number, or a name that the system knows. */
  private static OptionalInt id(String name, Lookup lookup) {
    return name.matches("[0-9]{1,9}") ? OptionalInt.of(Integer.parseInt(name)) : lookup.of(name);
  }

  private static void check(String key, JsonNode table, Set<String> fields) throws BootException {
    if (!table.isObject()) {
      throw new BootException(key + " must be a table");
    }
    for (Map.Entry<String, JsonNode> field : table.properties()) {
      if (!fields.contains(field.getKey())) {
        throw new BootException(
            key
                + " has no field "
                + field.getKey()
                + "; there are "
                + fields.stream().sorted().toList());
      }
    }
  }

  private static Rights rights(String key, JsonNode table) throws BootException {
    Role role =
        switch (table.path("role").asText("operator")) {
          case "operator" -> Role.OPERATOR;
          case "observer" -> Role.OBSERVER;
          default -> throw new BootException(key + ".role must be operator or observer");
        };
    String level = table.path("level").asText(PermissionLevel.UNRESTRICTED.wireName());
    @Nullable PermissionLevel known = level(level);
    if (known == null) {
      throw new BootException(
          key + ".level must be a permission level, such as standard or unrestricted");
    }
    return new Rights(role, known);
  }

  private static @Nullable PermissionLevel level(String name) {
    for (PermissionLevel level : PermissionLevel.values()) {
      if (level.wireName().equals(name)) {
        return level;
      }
    }
    return null;
  }
}
