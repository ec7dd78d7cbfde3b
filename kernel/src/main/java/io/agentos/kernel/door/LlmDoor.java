// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.LocalService;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.http.Loops;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Dispatcher;
import io.agentos.kernel.syscall.Errand;
import io.agentos.kernel.wire.SyscallException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Serves those who ask the LLM over HTTP. */
public final class LlmDoor implements LocalService {
  private final Reactor reactor;
  private final Loops loops;
  private final int maxPayload;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong answers = new AtomicLong();
  private @Nullable Dispatcher dispatcher;
  private @Nullable Agents agents;

  /** Knows what an agent may do now. */
  @FunctionalInterface
  public interface Agents {
    /**
     * The agent as a caller. Reactor thread.
     *
     * @throws SyscallException UNAVAILABLE when it has ended
     */
    Caller callerOf(Agent agent) throws SyscallException;
  }

  /**
   * @param maxPayload the most bytes of a request
   */
  public LlmDoor(Reactor reactor, Loops loops, int maxPayload) {
    this.reactor = reactor;
    this.loops = loops;
    this.maxPayload = maxPayload;
  }

  /** From here on agents can come. */
  public void open(Dispatcher serving, Agents known) {
    dispatcher = serving;
    agents = known;
  }

  @Override
  public Gate open(Agent agent, int listener) {
    Agents known = Objects.requireNonNull(agents);
    DoorGate gate = DoorGate.inSandbox(this, () -> known.callerOf(agent), listener);
    loops.start(group -> gate.reception().serve(group), gate::close);
    return gate;
  }

  /**
   * Lets programs of the host in, who show that they may read the kernel's files.
   *
   * @param token what they have to send
   * @param source as who they count
   * @throws Exception when the address can't be had
   */
  public void openOnHost(InetSocketAddress address, String token, Errand.Source source)
      throws Exception {
    DoorGate gate = DoorGate.onHost(this, source, token);
    loops.startNow(group -> gate.reception().serve(group, address));
  }

  Reactor reactor() {
    return reactor;
  }

  Dispatcher dispatcher() {
    return Objects.requireNonNull(dispatcher);
  }

  int maxPayload() {
    return maxPayload;
  }

  /** An answer's name, of which there are no two. */
  String nextAnswer() {
    return String.format("chatcmpl-%x-%x", System.currentTimeMillis(), answers.incrementAndGet());
  }

  boolean admit() {
    if (connections.incrementAndGet() > Limits.DOOR_CONNECTIONS) {
      connections.decrementAndGet();
      return false;
    }
    return true;
  }

  void left() {
    connections.decrementAndGet();
  }

  /** Counts bytes of unfinished requests, unless there are too many. */
  boolean hold(long bytes) {
    if (held.addAndGet(bytes) > Limits.HELD_BYTES) {
      held.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void letGo(long bytes) {
    held.addAndGet(-bytes);
  }
}
