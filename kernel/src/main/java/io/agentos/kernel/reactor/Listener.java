// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jnr.constants.platform.Errno;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening Unix socket. */
@ReactorConfined
public final class Listener {
  /** Takes each accepted, non-blocking socket. */
  @FunctionalInterface
  public interface Acceptor {
    void accepted(UnixSocketChannel channel) throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  /** Accepted in one round before other descriptors get their turn. */
  private static final int ACCEPTS_PER_ROUND = 64;

  /**
   * Out of descriptors: try again after this, rather than spin on a queue that can't be emptied.
   */
  private static final Duration EXHAUSTED_WAIT = Duration.ofMillis(100);

  private final Reactor reactor;
  private final Path path;
  private final Acceptor acceptor;
  private final Watch watch;
  private boolean held;

  /**
   * Binds and listens.
   *
   * @param mode permission bits of the socket file; a client needs write permission to connect
   */
  public Listener(Reactor reactor, Path path, int mode, Acceptor acceptor) throws IOException {
    this.reactor = reactor;
    this.path = path;
    this.acceptor = acceptor;
    UnixServerSocketChannel channel = UnixServerSocketChannel.open();
    channel.socket().bind(new UnixSocketAddress(path.toFile()), Limits.BACKLOG);
    Sys.chmod(path.toString(), mode);
    watch = reactor.watch(channel, SelectionKey.OP_ACCEPT, w -> acceptSome());
  }

  private void acceptSome() {
    for (int i = 0; i < ACCEPTS_PER_ROUND && watch.isOpen(); i++) {
      int fd = Sys.accept(watch.fd());
      if (fd == -Sys.EAGAIN) {
        return;
      }
      if (fd >= 0) {
        hand(fd);
      } else if (isExhausted(-fd)) {
        log.warn("no connection can be accepted now: {}", ErrnoException.describe(-fd));
        watch.interest(0);
        reactor.schedule(EXHAUSTED_WAIT, this::listen);
        return;
      }
    }
  }

  private static boolean isExhausted(int errno) {
    return errno == Errno.EMFILE.intValue()
        || errno == Errno.ENFILE.intValue()
        || errno == Errno.ENOMEM.intValue()
        || errno == Errno.ENOBUFS.intValue();
  }

  /**
   * Lets connections wait unaccepted until {@link #resume}; they see no difference but the time.
   */
  public void hold() {
    held = true;
    watch.interest(0);
  }

  /** Accepts again. */
  public void resume() {
    held = false;
    listen();
  }

  private void listen() {
    if (watch.isOpen() && !held) {
      watch.interest(SelectionKey.OP_ACCEPT);
    }
  }

  private void hand(int fd) {
    UnixSocketChannel channel = UnixSocketChannel.fromFD(fd);
    try {
      acceptor.accepted(channel);
    } catch (IOException | RuntimeException e) {
      log.warn("an accepted connection could not be served", e);
      closeQuietly(channel);
    }
  }

  private static void closeQuietly(UnixSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("close failed", e);
    }
  }

  /** Stops listening and removes the socket file. */
  public void close() {
    watch.close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.warn("socket {} can't be removed: {}", path, e.toString());
    }
  }
}
