// SPDX-License-Identifier: MIT
package io.agentos.cli.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ties a daemon's life to whoever holds the other end of its standard input. */
public final class Leash {
  private static final int STOP_SECONDS_LONGEST = 14;

  private final CountDownLatch served = new CountDownLatch(1);

  /**
   * From now on the end of standard input ends this process in an orderly way.
   *
   * @param folder removed when the process ends, or null
   */
  public void attach(@Nullable Path folder) {
    Thread watcher = new Thread(Leash::exitWhenInputEnds, "leash");
    watcher.setDaemon(true);
    watcher.start();
    if (folder != null) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> removeOnceServed(folder), "tidy"));
    }
  }

  /** The kernel has ended and needs its files no more. */
  public void served() {
    served.countDown();
  }

  private static void exitWhenInputEnds() {
    try {
      while (System.in.read() >= 0) {
        // What is said is of no interest, only that someone could still say something.
      }
    } catch (IOException gone) {
      // As good as its end.
    }
    System.exit(0);
  }

  private void removeOnceServed(Path folder) {
    try {
      if (served.await(STOP_SECONDS_LONGEST, TimeUnit.SECONDS)) {
        Folders.delete(folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println("agentos: " + folder + " can't be removed: " + e.getMessage());
    }
  }
}
