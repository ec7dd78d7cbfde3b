// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a set of permissions starts from; explicit fields then narrow it. */
public enum PermissionLevel {
  /** Everything the kernel's own user may do. For operators. */
  UNRESTRICTED(
      true, true, true, true, true, Paths.ALL, Paths.ALL, List.of(), List.of(), Domains.ALL),
  /** For a script that is trusted but may err. */
  STANDARD(
      true,
      true,
      false,
      true,
      true,
      Paths.ALL,
      Paths.ALL,
      Paths.SECRETS,
      Commands.BLOCKED,
      Domains.NONE),
  /** What SPAWN gives unless told otherwise. */
  SANDBOXED(
      true,
      true,
      false,
      true,
      true,
      Paths.SANDBOX_READ,
      Paths.SANDBOX_WRITE,
      Paths.SECRETS,
      Commands.BLOCKED,
      Domains.NONE),
  READONLY(
      true,
      false,
      false,
      false,
      false,
      Paths.ALL,
      Paths.NONE,
      Paths.SECRETS,
      Commands.BLOCKED,
      Domains.NONE),
  /** May think, and talk to other agents; nothing else. */
  MINIMAL(
      false,
      false,
      false,
      false,
      false,
      Paths.NONE,
      Paths.NONE,
      Paths.SECRETS,
      Commands.BLOCKED,
      Domains.NONE);

  private final Permissions base;

  PermissionLevel(
      boolean read,
      boolean write,
      boolean spawn,
      boolean exec,
      boolean http,
      List<String> readable,
      List<String> writable,
      List<String> blocked,
      List<String> blockedCommands,
      List<String> domains) {
    this.base =
        new Permissions(
            wireName(),
            new Permissions.Flags(exec, read, write, /* think= */ true, spawn, http),
            PathRules.of(readable, writable, blocked),
            CommandRules.of(List.of(), blockedCommands),
            DomainRules.of(domains),
            LlmQuota.UNLIMITED,
            Long.MAX_VALUE,
            domains.equals(Domains.ALL) ? SecretGrants.ALL : SecretGrants.NONE);
  }

  /** Of two levels' names that of the stricter one; the constants stand in that order. */
  static String stricter(String a, String b) {
    return of(a).compareTo(of(b)) >= 0 ? a : b;
  }

  /** What the level allows before any field narrows it. */
  public Permissions permissions() {
    return base;
  }

  @JsonValue
  public final String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Finds a level by its wire name; the error lists all names. */
  @JsonCreator
  public static PermissionLevel of(String name) {
    return Arrays.stream(values())
        .filter(level -> level.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown level \""
                        + name
                        + "\"; there are "
                        + Arrays.stream(values())
                            .map(PermissionLevel::wireName)
                            .collect(Collectors.joining(", "))));
  }

  private static final class Paths {
    static final List<String> ALL = List.of("/**");
    static final List<String> NONE = List.of();
    static final List<String> SANDBOX_READ = List.of("/workspace/**", "/agent/**", "/tmp/**");
    static final List<String> SANDBOX_WRITE = List.of("/workspace/**", "/tmp/**");
    static final List<String> SECRETS =
        List.of(
            "/etc/shadow*",
            "/etc/gshadow*",
            "/etc/sudoers*",
            "/etc/sudoers.d/**",
            "/etc/ssh/**",
            "/etc/ssl/private/**",
            "/proc/**",
            "/sys/**",
            "/dev/**",
            "/root/**",
            "/run/**",
            "/var/run/**",
            "/boot/**",
            "**/.ssh/**",
            "**/.aws/**",
            "**/.gnupg/**",
            "**/.kube/**",
            "**/.docker/**",
            "**/.config/gcloud/**",
            "**/.env",
            "**/.env.*",
            "**/.netrc",
            "**/.git-credentials",
            "**/.pypirc",
            "**/.npmrc",
            "**/id_rsa*",
            "**/id_ed25519*");
  }

  private static final class Commands {
    static final List<String> BLOCKED =
        List.of(
            "sudo",
            "su",
            "doas",
            "pkexec",
            "mount",
            "umount",
            "mkfs*",
            "fdisk",
            "parted",
            "insmod",
            "rmmod",
            "modprobe",
            "shutdown",
            "reboot",
            "halt",
            "poweroff",
            "init",
            "telinit",
            "systemctl",
            "iptables",
            "ip6tables",
            "nft",
            "nsenter",
            "unshare",
            "chroot",
            "pivot_root",
            "swapon",
            "swapoff",
            "kexec",
            "useradd",
            "userdel",
            "usermod",
            "passwd",
            "visudo",
            "crontab",
            "at",
            "rm -rf /",
            "rm -rf /*",
            "rm -rf ~");
  }

  private static final class Domains {
    static final List<String> ALL = List.of("*");
    static final List<String> NONE = List.of();
  }
}
