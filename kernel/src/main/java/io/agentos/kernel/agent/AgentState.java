// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Where an agent is in its life. */
public enum AgentState {
  /** Its sandbox is being made. */
  STARTING,
  RUNNING,
  /** Stopped by PAUSE; keeps its memory, uses no CPU. */
  PAUSED,
  /** Asked to end; killed when its grace is over. */
  STOPPING,
  /** Ended, and waits to be started again by its policy. */
  BACKOFF,
  /** Ended for good. */
  EXITED,
  /** Never started, or given up on after too many restarts. */
  FAILED;

  private Set<AgentState> next = Set.of();

  static {
    STARTING.next = EnumSet.of(RUNNING, STOPPING, BACKOFF, EXITED, FAILED);
    RUNNING.next = EnumSet.of(PAUSED, STOPPING, BACKOFF, EXITED, FAILED);
    PAUSED.next = EnumSet.of(RUNNING, STOPPING, BACKOFF, EXITED, FAILED);
    STOPPING.next = EnumSet.of(EXITED);
    BACKOFF.next = EnumSet.of(STARTING, EXITED);
  }

  /** Whether the step is legal; any other is a bug. */
  public boolean mayBecome(AgentState other) {
    return next.contains(other);
  }

  /** Whether nothing will happen any more. */
  public boolean isFinal() {
    return next.isEmpty();
  }

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
