// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.testing.LiveReactor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReactorTest {
  private final LiveReactor live = new LiveReactor();
  private final Reactor reactor = live.reactor();

  @AfterEach
  void stop() {
    live.close();
  }

  @Test
  void runsPostedTasksInOrder_fromWhicheverThread() throws InterruptedException {
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int base = t * 10_000;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 5000; i++) {
                  int number = base + i;
                  reactor.post(() -> seen.add(number));
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    live.on(() -> true);
    assertThat(seen).hasSize(20_000);
    for (int t = 0; t < 4; t++) {
      int base = t * 10_000;
      assertThat(seen.stream().filter(n -> n / 10_000 == base / 10_000)).isSorted();
    }
  }

  @Test
  void refusesOtherThreads() {
    assertThatThrownBy(reactor::check).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> reactor.schedule(Duration.ZERO, () -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(reactor::stop).isInstanceOf(IllegalStateException.class);
    live.on(
        () -> {
          reactor.check();
          return true;
        });
  }

  @Test
  void goesOn_whenAHandlerFails() {
    reactor.post(
        () -> {
          throw new IllegalStateException("a test's handler fails on purpose");
        });
    assertThat(live.on(() -> "alive")).isEqualTo("alive");
  }

  @Test
  void runsTimersInTheOrderOfTheirDeadlines_butNotCancelledOnes() {
    List<String> seen = new ArrayList<>();
    CompletableFuture<Boolean> last = new CompletableFuture<>();
    live.on(
        () -> {
          reactor.schedule(
              Duration.ofMillis(40),
              () -> {
                seen.add("third");
                last.complete(true);
              });
          reactor.schedule(Duration.ofMillis(20), () -> seen.add("second"));
          reactor.schedule(Duration.ZERO, () -> seen.add("first"));
          reactor.schedule(Duration.ofMillis(10), () -> seen.add("never")).cancel();
          return true;
        });
    LiveReactor.await(last);
    assertThat(live.on(() -> List.copyOf(seen))).containsExactly("first", "second", "third");
  }

  /** A task that posts itself for ever must not keep the loop from its descriptors and timers. */
  @Test
  void servesDescriptorsAndTimers_underAFloodOfPosts() throws IOException {
    boolean[] stop = new boolean[1];
    Runnable[] flood = new Runnable[1];
    flood[0] =
        () -> {
          if (!stop[0]) {
            reactor.post(flood[0]);
          }
        };
    for (int i = 0; i < 2000; i++) {
      reactor.post(flood[0]);
    }
    CompletableFuture<Boolean> timer = new CompletableFuture<>();
    CompletableFuture<Boolean> readable = new CompletableFuture<>();
    int[] pipe = Sys.pipe();
    live.on(
        () -> {
          reactor.schedule(Duration.ofMillis(1), () -> timer.complete(true));
          reactor.watchReadable(
              pipe[0],
              watch -> {
                watch.close();
                readable.complete(true);
              });
          return true;
        });
    Sys.writeFully(pipe[1], new byte[] {1});
    LiveReactor.await(timer);
    LiveReactor.await(readable);
    Sys.close(pipe[1]);
    live.on(() -> stop[0] = true);
  }

  @Test
  void tellsTheEndOfAPipe_evenWhenNobodyWantsItsBytes() throws IOException {
    int[] pipe = Sys.pipe();
    CompletableFuture<Boolean> hungUp = new CompletableFuture<>();
    live.on(
        () -> {
          Watch watch =
              reactor.watchReadable(
                  pipe[0],
                  w -> {
                    boolean gone = w.hungUp();
                    w.close();
                    hungUp.complete(gone);
                  });
          watch.interestInHangUp();
          return true;
        });
    Sys.writeFully(pipe[1], new byte[] {1});
    assertThat(live.on(hungUp::isDone)).isFalse();
    Sys.close(pipe[1]);
    assertThat(LiveReactor.await(hungUp)).isTrue();
  }

  /**
   * Two descriptors are ready in one batch; the first's handler closes the second and opens
   * another, which gets the same number: the event of the closed one must not reach the new one.
   */
  @Test
  void mistakesNoReusedDescriptorForTheOneThatWasClosed() throws IOException {
    int[] first = Sys.pipe();
    int[] second = Sys.pipe();
    int[] third = Sys.pipe();
    List<String> seen = new ArrayList<>();
    live.on(
        () -> {
          Watch[] watches = new Watch[2];
          for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            watches[i] =
                reactor.watchReadable(
                    i == 0 ? first[0] : second[0],
                    watch -> {
                      watch.close();
                      if (watches[other].isOpen()) {
                        watches[other].close();
                        watchAgain(third, seen);
                      }
                      seen.add("ready");
                    });
          }
          Sys.writeFully(first[1], new byte[] {1});
          Sys.writeFully(second[1], new byte[] {1});
          return true;
        });
    while (live.on(seen::isEmpty)) {
      Thread.onSpinWait();
    }
    assertThat(live.on(() -> List.copyOf(seen))).containsExactly("ready");
    for (int fd : new int[] {first[1], second[1], third[0], third[1]}) {
      Sys.close(fd);
    }
  }

  /** Nothing was ever written to that pipe. */
  private void watchAgain(int[] pipe, List<String> seen) {
    try {
      int fd = Sys.open("/proc/self/fd/" + pipe[0], Sys.O_RDONLY | Sys.O_NONBLOCK);
      reactor.watchReadable(fd, watch -> seen.add("the wrong one"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
