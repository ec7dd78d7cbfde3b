// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What a caller is, by the socket it came in by and the user that it is. */
public enum Role {
  /** Came in by its own socket. */
  AGENT,

  /** May act on all agents, within the level that it was given. */
  OPERATOR,

  /** An operator that only looks. */
  OBSERVER,

  /** Programs of the host that asked the LLM over HTTP: nothing else is theirs. */
  DOOR;

  private static final Set<Opcode> LOOKING =
      EnumSet.of(
          Opcode.NOOP,
          Opcode.HELLO,
          Opcode.EXIT,
          Opcode.LIST,
          Opcode.WAIT,
          Opcode.LOGS,
          Opcode.GET_PERMS,
          Opcode.LLM_STATUS,
          Opcode.LLM_TRACE,
          Opcode.LLM_USAGE,
          Opcode.SUBSCRIBE,
          Opcode.UNSUBSCRIBE,
          Opcode.POLL_EVENTS,
          Opcode.GET_AUDIT_LOG,
          Opcode.METRICS_SYSTEM,
          Opcode.METRICS_AGENT,
          Opcode.METRICS_ALL);

  private static final Set<Opcode> ASKING = EnumSet.of(Opcode.THINK, Opcode.LLM_STATUS);

  /** Whether it may make that call at all. */
  boolean mayCall(Opcode opcode) {
    return switch (this) {
      case AGENT, OPERATOR -> true;
      case OBSERVER -> LOOKING.contains(opcode);
      case DOOR -> ASKING.contains(opcode);
    };
  }

  /** Why it may not make a call. */
  String refusal(Opcode opcode, String who) {
    return this == DOOR
        ? opcode + " is nothing that the LLM's door on the host may ask"
        : opcode + " changes something, and " + who + " is an observer here";
  }

  /** As the wire and the configuration have it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
