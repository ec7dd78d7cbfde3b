// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.Workers;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that may wait: done by a worker, its result handed on back on the reactor thread. Something
 * always comes back.
 */
public final class Offload {
  private static final Logger log = LoggerFactory.getLogger(Offload.class);

  private final Reactor reactor;
  private final Workers workers;

  public Offload(Reactor reactor, Workers workers) {
    this.reactor = reactor;
    this.workers = workers;
  }

  /** What a worker does. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws SyscallException;
  }

  /**
   * Runs {@code work}; then either {@code done} gets its result or {@code failed} the refusal.
   *
   * @throws SyscallException RESOURCE_EXHAUSTED when too much is queued; nothing is called then
   */
  public <T> void run(Work<T> work, Consumer<T> done, Consumer<SyscallException> failed)
      throws SyscallException {
    boolean queued =
        workers.tryRun(
            () -> {
              try {
                T result = work.run();
                reactor.post(() -> done.accept(result));
              } catch (SyscallException refusal) {
                reactor.post(() -> failed.accept(refusal));
              } catch (RuntimeException bug) {
                log.error("work for a system call failed; this is a bug", bug);
                reactor.post(() -> failed.accept(Answers.internal()));
              }
            });
    if (!queued) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "the kernel has too much file and process work queued; try again shortly");
    }
  }
}
