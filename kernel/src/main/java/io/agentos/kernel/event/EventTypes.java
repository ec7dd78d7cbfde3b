// SPDX-License-Identifier: MIT
package io.agentos.kernel.event;

import io.agentos.kernel.wire.SyscallException;
import java.util.Set;
import java.util.regex.Pattern;

/** How events are called and asked for. */
public final class EventTypes {
  /** All of them. */
  public static final String ALL = "*";

  static final int CHARACTERS = 64;

  private static final String BELOW = ".*";
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)*");

  /** The first words of what only the kernel says. */
  private static final Set<String> KERNELS = Set.of("agent", "kernel", "llm", "permissions");

  private EventTypes() {}

  /**
   * Refuses what an agent or operator can't emit.
   *
   * @throws SyscallException INVALID_REQUEST
   */
  public static void requireOwn(String type) throws SyscallException {
    if (!isType(type)) {
      throw SyscallException.invalid(
          "event_type must be dotted words of a-z, 0-9, _ and -, such as build.done, of at most "
              + CHARACTERS
              + " characters");
    }
    String first = type.split("\\.", 2)[0];
    if (KERNELS.contains(first)) {
      throw SyscallException.invalid(
          "events that begin with \"" + first + "\" are the kernel's; choose another first word");
    }
  }

  /**
   * Refuses what is no type, no type with {@code .*} behind it and not {@link #ALL}.
   *
   * @throws SyscallException INVALID_REQUEST
   */
  public static void requirePattern(String pattern) throws SyscallException {
    String type = pattern.endsWith(BELOW) ? withoutStar(pattern, BELOW.length()) : pattern;
    if (!pattern.equals(ALL) && !isType(type)) {
      throw SyscallException.invalid(
          "event_types must be types such as agent.ended, beginnings such as agent.*, or *");
    }
  }

  private static boolean isType(String text) {
    return text.length() <= CHARACTERS && TYPE.matcher(text).matches();
  }

  static boolean matches(String pattern, String type) {
    return pattern.equals(ALL)
        || pattern.equals(type)
        || (pattern.endsWith(BELOW) && type.startsWith(withoutStar(pattern, 1)));
  }

  private static String withoutStar(String pattern, int characters) {
    return pattern.substring(0, pattern.length() - characters);
  }
}
