// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.wire.SyscallException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of agents: they become parts of file names, so they hold nothing that means something
 * there.
 */
public final class Names {
  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]*");

  /**
   * Servers that the kernel runs for agents have such names, also while they are not running; no
   * agent may pass for one.
   */
  public static final String SERVER_PREFIX = "mcp-";

  private Names() {}

  /**
   * Passes a name through that the caller may give to itself or to an agent.
   *
   * @throws SyscallException INVALID_REQUEST as {@link #check}; PERMISSION_DENIED for a name that
   *     is an operator's to give
   */
  public static String checkFor(Caller caller, @Nullable String name) throws SyscallException {
    String legal = check(name);
    if (!caller.isOperator() && legal.startsWith(SERVER_PREFIX)) {
      throw SyscallException.denied(
          "names that begin with " + SERVER_PREFIX + " are for operators to give; choose another");
    }
    return legal;
  }

  /**
   * Passes a legal name through.
   *
   * @throws SyscallException INVALID_REQUEST saying what a name may be
   */
  public static String check(@Nullable String name) throws SyscallException {
    if (name == null || name.isEmpty()) {
      throw SyscallException.invalid("the field name is missing or empty");
    }
    if (name.length() > Limits.NAME_CHARACTERS || !LEGAL.matcher(name).matches()) {
      String shown = name.length() > 40 ? name.substring(0, 40) + "..." : name;
      throw SyscallException.invalid(
          "name \""
              + shown.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?")
              + "\" is not allowed: up to "
              + Limits.NAME_CHARACTERS
              + " of A-Z a-z 0-9 _ . @ - and not . @ - first");
    }
    return name;
  }
}
