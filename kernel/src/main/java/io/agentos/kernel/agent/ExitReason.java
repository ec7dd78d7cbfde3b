// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why a run ended. */
public enum ExitReason {
  /** By itself, with an exit code. */
  EXITED,
  /** By a signal that the kernel did not send. */
  SIGNALLED,
  /** Its memory limit. */
  OOM,
  /** Its wall-clock limit. */
  WALL_TIME,
  /** KILL, or the kernel's own end. */
  KILLED,
  /** It never ran. */
  START_FAILED;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
