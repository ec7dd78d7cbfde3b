// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.permission;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;

/** What an agent used, as the wire has it. */
final class LearnedView {
  private LearnedView() {}

  static ObjectNode of(Learned learned) throws SyscallException {
    if (!learned.isOn()) {
      throw SyscallException.invalid(
          "learned is told of agents that were spawned with learn: true");
    }
    ObjectNode view = Json.object().put("complete", learned.isComplete());
    ArrayNode uses = view.putArray("uses");
    learned
        .uses()
        .forEach(
            use ->
                uses.addObject()
                    .put("kind", use.getKey().kind().wireName())
                    .put("subject", use.getKey().subject())
                    .put("count", use.getValue()));
    return view;
  }
}
