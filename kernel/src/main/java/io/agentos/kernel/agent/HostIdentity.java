// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.posix.Sys;

/**
 * The host user behind an agent. As root each agent gets a host id of its own, out of a range that
 * no account uses; otherwise all agents are the kernel's own user, told apart by their namespaces.
 */
public final class HostIdentity {
  /** Above the ranges of adduser, subuid and systemd-nspawn, below 2^31. */
  private static final int FIRST_UID = 1_900_000_000;

  private static final int UIDS = 200_000_000;

  /** The user that an agent is inside its sandbox. */
  public static final int INSIDE_UID = 1000;

  private HostIdentity() {}

  public static boolean kernelIsRoot() {
    return Sys.uid() == 0;
  }

  /** Host user and group id of a sandboxed agent. */
  public static int uid(AgentId id) {
    return kernelIsRoot() ? FIRST_UID + id.value() % UIDS : Sys.uid();
  }

  public static int gid(AgentId id) {
    return kernelIsRoot() ? uid(id) : Sys.gid();
  }
}
