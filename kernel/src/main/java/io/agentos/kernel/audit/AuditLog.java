// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import io.agentos.kernel.base.Limits;
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
 * Writes down what was decided, before the one who asked is told. One thread writes, all that came
 * together in one commit; when it can't, everything that would have to be written down is refused
 * until it can again.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
  private static final int BATCH = 1000;
  private static final long PRUNE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Reactor reactor;
  private final Path file;
  private final long mostEntries;
  private final Duration longest;
  private final Subjects subjects;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(Limits.AUDIT_QUEUE);
  private final FloodGuard flood = new FloodGuard();
  private final CountDownLatch tried = new CountDownLatch(1);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "audit");
  private volatile @Nullable String failure;
  private @Nullable AuditStore store;
  private long nextPruneNanos = System.nanoTime();

  private record Pending(AuditEntry entry, Runnable written) {}

  /**
   * Begins to open the log, in the background.
   *
   * @param mostEntries older ones are removed
   * @param longest how long they are kept
   * @param subjects takes the secrets out of what is written
   */
  public AuditLog(
      Reactor reactor, Path file, long mostEntries, Duration longest, Subjects subjects) {
    this.reactor = reactor;
    this.file = file;
    this.mostEntries = mostEntries;
    this.longest = longest;
    this.subjects = subjects;
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until the log is open, or could not be opened, which {@link #requireWritable} tells. */
  public void awaitOpen() {
    try {
      tried.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Refuses when what comes of a call could not be written down.
   *
   * @throws SyscallException UNAVAILABLE, saying why
   */
  public void requireWritable() throws SyscallException {
    String reason = queue.remainingCapacity() == 0 ? "it can't keep up" : failure;
    if (reason != null) {
      throw new SyscallException(
          ErrorCode.UNAVAILABLE,
          "the audit log " + file + " can't be written (" + reason + "), so this is refused");
    }
  }

  /** Writes an entry; then {@code written} runs on the reactor thread. */
  public void append(AuditEntry entry, Runnable written) {
    if (!flood.admits(entry, System.nanoTime())) {
      reactor.post(written);
      return;
    }
    if (!queue.offer(new Pending(entry, written))) {
      log.error("the audit log is full: lost {}", entry.cleaned(subjects));
      written.run();
    }
  }

  /** Entries, in the log's order; waits for those before it. For threads that may wait. */
  public List<AuditEntry> find(AuditQuery query) throws SyscallException {
    try (AuditStore reader = new AuditStore(file)) {
      return reader.find(query);
    } catch (SQLException e) {
      throw new SyscallException(
          ErrorCode.UNAVAILABLE, "the audit log " + file + " can't be read: " + e.getMessage());
    }
  }

  private void run() {
    List<Pending> batch = new ArrayList<>();
    try {
      write(batch);
      while (stop.getCount() > 0 || !queue.isEmpty()) {
        Pending first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH);
        }
        flood.ended(System.nanoTime()).forEach(sum -> batch.add(new Pending(sum, () -> {})));
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
        AuditStore open = store == null ? new AuditStore(file) : store;
        store = open;
        if (!batch.isEmpty()) {
          open.append(batch.stream().map(pending -> pending.entry().cleaned(subjects)).toList());
        }
        prune(open);
        if (failure != null) {
          log.warn("the audit log {} can be written again", file);
        }
        failure = null;
        tried.countDown();
        return;
      } catch (SQLException e) {
        if (failure == null) {
          log.error("the audit log {} can't be written: {}", file, e.getMessage());
        }
        failure = String.valueOf(e.getMessage());
        tried.countDown();
      }
    } while (!stop.await(1, TimeUnit.SECONDS));
  }

  private void prune(AuditStore open) throws SQLException {
    if (nextPruneNanos - System.nanoTime() <= 0) {
      nextPruneNanos = System.nanoTime() + PRUNE_NANOS;
      open.prune(mostEntries, System.currentTimeMillis() - longest.toMillis());
    }
  }

  /** Writes what is queued, and closes the file. */
  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(Limits.AUDIT_CLOSE.toMillis());
      if (store != null && !thread.isAlive()) {
        store.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      log.warn("the audit log {} was not closed in order: {}", file, e.getMessage());
    }
  }
}
