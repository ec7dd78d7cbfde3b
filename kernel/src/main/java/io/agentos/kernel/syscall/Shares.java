// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.HashMap;
import java.util.Map;

/**
 * How many calls of a kind each agent has under way. Commands, HTTP requests and followers of logs
 * are bounded for all together; by its {@link Opcode#share()} one agent with many connections
 * leaves the others theirs.
 */
@ReactorConfined
final class Shares {
  private record Key(AgentId agent, Opcode opcode) {}

  private final Map<Key, Integer> underWay = new HashMap<>();

  /**
   * Counts a call until what is returned is run.
   *
   * @throws SyscallException RESOURCE_EXHAUSTED when the agent has its share under way
   */
  Runnable take(AgentId agent, Opcode opcode) throws SyscallException {
    Key key = new Key(agent, opcode);
    if (underWay.getOrDefault(key, 0) >= opcode.share()) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          opcode.share()
              + " calls of "
              + opcode.name()
              + " are under way for this agent, which is its share; wait for one to end");
    }
    underWay.merge(key, 1, Integer::sum);
    return () -> underWay.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
  }
}
