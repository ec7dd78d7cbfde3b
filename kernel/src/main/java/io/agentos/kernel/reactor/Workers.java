// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The bounded pool for work that may block: files, HTTP, starting processes. Full means refuse,
 * never wait.
 */
public final class Workers implements AutoCloseable {
  private final ThreadPoolExecutor pool;

  /**
   * @param name prefix of the threads' names
   * @param threads how many run at once
   * @param queue how many may wait for a thread
   */
  public Workers(String name, int threads, int queue) {
    AtomicInteger number = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            /* keepAliveTime= */ 10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs the task on a worker thread.
   *
   * @return false when the queue is full; the task will not run
   */
  public boolean tryRun(Runnable task) {
    try {
      pool.execute(task);
      return true;
    } catch (RejectedExecutionException full) {
      return false;
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
