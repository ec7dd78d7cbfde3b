// SPDX-License-Identifier: MIT
package io.agentos.kernel.http;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.Workers;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that all HTTP of programs is served on. They are made for the first listener: kernels
 * without one don't pay for them.
 */
public final class Loops implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loops.class);

  private final Workers starter = new Workers("http-start", 1, Limits.AGENTS);
  private @Nullable EventLoopGroup group;
  private boolean closed;

  /** What begins to serve, on a thread that may wait. */
  @FunctionalInterface
  public interface Start {
    void on(EventLoopGroup loops) throws Exception;
  }

  /**
   * Serves a listener soon: loading the native transport takes long for the reactor, and who
   * connects meanwhile is queued.
   *
   * @param failed is run, on any thread, if it can't be
   */
  public void start(Start start, Runnable failed) {
    boolean accepted =
        starter.tryRun(
            () -> {
              try {
                start.on(group());
              } catch (Exception | LinkageError e) {
                log.error("a listener for HTTP can't be served", e);
                failed.run();
              }
            });
    if (!accepted) {
      log.warn("a listener for HTTP is not served: too many start at once");
      failed.run();
    }
  }

  /** Serves a listener before this returns. */
  public void startNow(Start start) throws Exception {
    start.on(group());
  }

  private synchronized EventLoopGroup group() {
    if (closed) {
      throw new IllegalStateException("the kernel ends");
    }
    if (group == null) {
      group =
          new MultiThreadIoEventLoopGroup(
              Limits.PROXY_THREADS,
              new DefaultThreadFactory("proxy", /* daemon= */ true),
              EpollIoHandler.newFactory());
    }
    return group;
  }

  @Override
  public void close() {
    starter.close();
    end();
  }

  private synchronized void end() {
    closed = true;
    if (group != null
        && !group
            .shutdownGracefully(0, 1, TimeUnit.SECONDS)
            .awaitUninterruptibly(2, TimeUnit.SECONDS)) {
      log.warn("the threads for HTTP did not end");
    }
  }
}
