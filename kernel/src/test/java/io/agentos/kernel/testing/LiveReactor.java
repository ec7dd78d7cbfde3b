// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import io.agentos.kernel.reactor.Reactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A reactor that runs on a thread of its own, and a way to look at what is on that thread. */
public final class LiveReactor implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final CompletableFuture<Reactor> made = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
  private final Reactor reactor;

  public LiveReactor() {
    Thread thread = new Thread(this::serve, "reactor-under-test");
    thread.setDaemon(true);
    thread.start();
    reactor = await(made);
  }

  private void serve() {
    try {
      Reactor own = new Reactor();
      made.complete(own);
      own.run();
      ended.complete(true);
    } catch (IOException e) {
      made.completeExceptionally(e);
      ended.completeExceptionally(e);
    }
  }

  public Reactor reactor() {
    return reactor;
  }

  /** Runs on the reactor's thread and gives its result back. */
  public <T> T on(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    reactor.post(
        () -> {
          try {
            result.complete(task.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return await(result);
  }

  /** The result, in good time. */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public void close() {
    reactor.post(reactor::stop);
    await(ended);
  }
}
