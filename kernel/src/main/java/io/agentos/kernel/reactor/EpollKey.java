// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import io.agentos.kernel.posix.ErrnoException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;

/** One descriptor's registration with an {@link EpollSelector}. */
final class EpollKey extends AbstractSelectionKey {
  private static final int NOT_REGISTERED = -1;

  private final EpollSelector selector;
  private final SelectableChannel channel;
  private final int fd;
  private final int registration;
  private int interest;
  private int ready;
  private boolean hungUp;

  /** The events epoll watches now, or {@link #NOT_REGISTERED}. */
  private int watched = NOT_REGISTERED;

  EpollKey(EpollSelector selector, SelectableChannel channel, int fd, int registration) {
    this.registration = registration;
    this.selector = selector;
    this.channel = channel;
    this.fd = fd;
  }

  int fd() {
    return fd;
  }

  /** Tells this use of the descriptor's number from earlier ones. */
  int registration() {
    return registration;
  }

  /** Whether the last event said that the other side is gone altogether. */
  boolean hungUp() {
    return hungUp;
  }

  boolean markReady(int mask) {
    hungUp = (mask & (EpollSelector.EPOLLHUP | EpollSelector.EPOLLERR)) != 0;
    int ops = 0;
    if ((mask & EpollSelector.EPOLLIN) != 0 || hungUp) {
      ops |= OP_READ | OP_ACCEPT;
    }
    if ((mask & EpollSelector.EPOLLOUT) != 0 || hungUp) {
      ops |= OP_WRITE;
    }
    ready = ops & interest;
    return ready != 0 || hungUp;
  }

  @Override
  public SelectionKey interestOps(int ops) {
    interest = ops;
    if (ops == 0) {
      // epoll reports a hang-up even of a descriptor nobody is interested in, for ever: it must
      // leave the set.
      silence();
      return this;
    }
    int mask = 0;
    if ((ops & (OP_READ | OP_ACCEPT)) != 0) {
      mask |= EpollSelector.EPOLLIN;
    }
    if ((ops & (OP_WRITE | OP_CONNECT)) != 0) {
      mask |= EpollSelector.EPOLLOUT;
    }
    watch(mask);
    return this;
  }

  /**
   * Watches for nothing but the other side going away; the handler must close then, or the loop
   * spins.
   */
  void watchHangUpOnly() {
    interest = 0;
    watch(0);
  }

  void silence() {
    if (watched != NOT_REGISTERED) {
      control(EpollSelector.CTL_DEL, 0);
      watched = NOT_REGISTERED;
    }
  }

  private void watch(int mask) {
    if (watched == mask) {
      return;
    }
    control(watched == NOT_REGISTERED ? EpollSelector.CTL_ADD : EpollSelector.CTL_MOD, mask);
    watched = mask;
  }

  private void control(int operation, int mask) {
    try {
      selector.control(operation, fd, mask, registration);
    } catch (ErrnoException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public SelectableChannel channel() {
    return channel;
  }

  @Override
  public Selector selector() {
    return selector;
  }

  @Override
  public int interestOps() {
    return interest;
  }

  @Override
  public int readyOps() {
    return ready;
  }
}
