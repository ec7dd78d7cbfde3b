// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Is told what happens in the kernel, for those who asked to hear of it. Reactor thread. */
@FunctionalInterface
public interface EventSink {
  /**
   * Something has happened.
   *
   * @param type in dotted words, such as {@code agent.ended}
   * @param about whom it concerns; empty for what is the operators' to know
   * @param data what there is to say of it, as JSON fields; asked for only when somebody listens
   */
  void happened(String type, Optional<AgentId> about, Supplier<Map<String, Object>> data);
}
