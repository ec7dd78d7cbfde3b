// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.enxio.channels.NativeSocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the kernel's state: it waits for descriptors, timers and posted tasks
 * and runs their handlers, one at a time. A handler never waits; what may block goes to {@link
 * Workers}, whose result is posted back.
 */
public final class Reactor {
  /**
   * Called on the reactor thread when a descriptor is ready; throwing closes nothing and is logged
   * as a bug.
   */
  @FunctionalInterface
  public interface Handler {
    void ready(Watch watch);
  }

  private static final Logger log = LoggerFactory.getLogger(Reactor.class);

  /**
   * Posted tasks run before descriptors are looked at again, so that one flood cannot starve the
   * other.
   */
  private static final int TASKS_PER_ROUND = 1024;

  private final EpollSelector selector;
  private final Timers timers = new Timers();
  private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final Thread thread;
  private boolean stopped;

  /** Binds the reactor to the calling thread, which must later call {@link #run()}. */
  public Reactor() throws IOException {
    selector = new EpollSelector();
    thread = Thread.currentThread();
  }

  /** Fails unless called on the reactor thread: a race in a permission kernel is a security bug. */
  public void check() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "not the reactor thread: " + Thread.currentThread().getName());
    }
  }

  /** Runs {@code task} on the reactor thread, soon; callable from any thread. */
  public void post(Runnable task) {
    posted.add(task);
    if (awake.compareAndSet(false, true)) {
      selector.wakeup();
    }
  }

  /** Runs {@code task} on the reactor thread after {@code delay}, unless cancelled. */
  public Timers.Timer schedule(Duration delay, Runnable task) {
    check();
    return timers.schedule(delay, task);
  }

  /** Watches a native channel; {@code ops} as in {@link SelectionKey}. */
  public Watch watch(AbstractSelectableChannel channel, int ops, Handler handler)
      throws IOException {
    check();
    channel.configureBlocking(false);
    Watch watch = new Watch(selector, channel, handler);
    watch.bind((EpollKey) channel.register(selector, ops, watch));
    return watch;
  }

  /** Watches a bare descriptor (pipe, pidfd) for reading; the watch owns it from here on. */
  public Watch watchReadable(int fd, Handler handler) throws IOException {
    return watch(new NativeSocketChannel(fd, SelectionKey.OP_READ), SelectionKey.OP_READ, handler);
  }

  /** Serves until {@link #stop()}. */
  public void run() throws IOException {
    check();
    while (!stopped) {
      awake.set(false);
      long wait = posted.isEmpty() ? timers.millisToNext() : 0;
      if (wait == 0) {
        selector.selectNow(Reactor::dispatch);
      } else {
        selector.select(Reactor::dispatch, wait == Timers.NEVER ? 0 : wait);
      }
      runPosted();
      timers.runDue();
    }
    selector.close();
  }

  /** Makes {@link #run()} return after the current round. */
  public void stop() {
    check();
    stopped = true;
  }

  private void runPosted() {
    for (int i = 0; i < TASKS_PER_ROUND; i++) {
      Runnable task = posted.poll();
      if (task == null) {
        return;
      }
      guarded(task);
    }
  }

  /**
   * Not by way of {@link #guarded}: a lambda for each event would cost more than the rest of this
   * class, as the first compiler allocates those by a call into the JVM.
   */
  private static void dispatch(SelectionKey key) {
    Watch watch = (Watch) key.attachment();
    try {
      watch.handle();
    } catch (RuntimeException e) {
      reportBug(e);
    }
  }

  static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      reportBug(e);
    }
  }

  /**
   * A bug in one handler must not end every agent's kernel; it is logged loudly and the loop goes
   * on.
   */
  private static void reportBug(RuntimeException e) {
    log.error("a handler on the reactor thread failed; this is a bug", e);
  }
}
