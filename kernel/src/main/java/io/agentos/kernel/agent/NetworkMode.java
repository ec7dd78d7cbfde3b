// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What of the network an agent's programs can reach by themselves. */
public enum NetworkMode {
  /** Nothing: a loopback interface of the sandbox's own. */
  NONE,
  /** The same, with the kernel's proxy on it. */
  PROXY,
  /** All that the host reaches. */
  HOST;

  /**
   * Reads the wire form, which has {@code true} and {@code false} for the two that need no proxy.
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static NetworkMode of(Object value) {
    if (value instanceof Boolean host) {
      return host ? HOST : NONE;
    }
    for (NetworkMode mode : values()) {
      if (mode.wireName().equals(value)) {
        return mode;
      }
    }
    throw new IllegalArgumentException("must be \"none\", \"proxy\", \"host\", true or false");
  }

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
