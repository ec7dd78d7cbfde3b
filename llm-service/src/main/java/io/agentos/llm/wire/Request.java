// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.time.Duration;
import java.util.Optional;

/** What the kernel may ask. */
public sealed interface Request {
  long id();

  /**
   * Asks a model.
   *
   * @param provider the provider to ask; the default one when absent
   * @param timeout counted from the arrival of the request
   */
  record Generate(
      long id, Optional<String> provider, Prompt prompt, Duration timeout, boolean stream)
      implements Request {}

  /** Ends another request, which is then answered with CANCELLED; has no answer of its own. */
  record Cancel(long id, long target) implements Request {}

  /** Asks how the service is. */
  record Status(long id) implements Request {}
}
