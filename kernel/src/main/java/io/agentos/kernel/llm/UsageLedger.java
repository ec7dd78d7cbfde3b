// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what is spent, on a thread of its own, all that came together in one commit. While it
 * can't, nothing goes that a durable budget limits.
 */
final class UsageLedger implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UsageLedger.class);
  private static final int QUEUE = 10_000;
  private static final int BATCH = 1000;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /** What earlier kernels wrote. */
  record Saved(List<UsageStore.BudgetRow> budgets, List<UsageStore.WindowRow> windows) {
    static final Saved NOTHING = new Saved(List.of(), List.of());
  }

  private record Pending(UsageStore.Row row, Runnable written) {}

  private final Reactor reactor;
  private final Path file;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "llm-usage");
  private final java.util.function.Consumer<Saved> opened;
  private volatile @Nullable String failure;
  private boolean told;
  private @Nullable UsageStore store;

  /**
   * Begins to open the file, in the background.
   *
   * @param opened told on the reactor of what is in it, once
   */
  UsageLedger(Reactor reactor, Path file, java.util.function.Consumer<Saved> opened) {
    this.reactor = reactor;
    this.file = file;
    this.opened = opened;
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Refuses when what is spent could not be written down.
   *
   * @throws SyscallException UNAVAILABLE, saying why
   */
  void requireWritable() throws SyscallException {
    String reason = queue.remainingCapacity() == 0 ? "it can't keep up" : failure;
    if (reason != null) {
      throw new SyscallException(
          ErrorCode.UNAVAILABLE,
          "a budget or a daily limit holds for this, and the file of them, "
              + file
              + ", can't be written ("
              + reason
              + ")");
    }
  }

  /** Writes a row; then {@code written} runs on the reactor. */
  void save(UsageStore.Row row, Runnable written) {
    if (!queue.offer(new Pending(row, written))) {
      log.error("what was spent can't be written down fast enough: lost {}", row);
      reactor.post(written);
    }
  }

  /** What was written down of the latest days; for threads that may wait. */
  List<DayUsage> usage(int days) throws SyscallException {
    try (UsageStore reader = new UsageStore(file)) {
      return reader.usage(days);
    } catch (SQLException e) {
      throw new SyscallException(ErrorCode.UNAVAILABLE, file + " can't be read: " + e.getMessage());
    }
  }

  private void run() {
    List<Pending> batch = new ArrayList<>();
    try {
      write(batch);
      while (stop.getCount() > 0 || !queue.isEmpty()) {
        Pending first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, BATCH);
        write(batch);
        batch.forEach(pending -> reactor.post(pending.written()));
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tries until it works, or the kernel ends. */
  private void write(List<Pending> batch) throws InterruptedException {
    do {
      try {
        UsageStore open = store == null ? new UsageStore(file) : store;
        store = open;
        tell(open);
        open.save(batch.stream().map(Pending::row).toList());
        failure = null;
        return;
      } catch (SQLException e) {
        if (!String.valueOf(e.getMessage()).equals(failure)) {
          log.error("what is spent can't be written to {}: {}", file, e.getMessage());
        }
        failure = String.valueOf(e.getMessage());
      }
    } while (!stop.await(1, TimeUnit.SECONDS));
  }

  private void tell(UsageStore open) throws SQLException {
    if (!told) {
      Saved saved = new Saved(open.budgets(), open.windows());
      told = true;
      reactor.post(() -> opened.accept(saved));
    }
  }

  /** Writes what is queued, and closes the file. */
  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(CLOSE.toMillis());
      if (store != null && !thread.isAlive()) {
        store.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      log.warn("{} was not closed in order: {}", file, e.getMessage());
    }
  }
}
