// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectableChannel;
import org.jspecify.annotations.Nullable;

/** One descriptor under watch; owns it, and closes it after taking it out of epoll. */
@ReactorConfined
public final class Watch {
  private final EpollSelector selector;
  private final AbstractSelectableChannel channel;
  private final Reactor.Handler handler;
  private @Nullable EpollKey key;

  Watch(EpollSelector selector, AbstractSelectableChannel channel, Reactor.Handler handler) {
    this.selector = selector;
    this.channel = channel;
    this.handler = handler;
  }

  void bind(EpollKey bound) {
    this.key = bound;
  }

  void handle() {
    if (isOpen()) {
      handler.ready(this);
    }
  }

  public int fd() {
    return key().fd();
  }

  public boolean isOpen() {
    return key != null;
  }

  public boolean readable() {
    return (key().readyOps() & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0;
  }

  public boolean writable() {
    return (key().readyOps() & SelectionKey.OP_WRITE) != 0;
  }

  /**
   * The other side is gone: nothing written can arrive any more (what it sent may still be unread).
   */
  public boolean hungUp() {
    return key().hungUp();
  }

  /** Sets what to wait for, from the constants of {@link SelectionKey}. */
  public void interest(int ops) {
    key().interestOps(ops);
  }

  /**
   * Waits only for the other side to go away; the handler must close the watch when {@link
   * #hungUp()}.
   */
  public void interestInHangUp() {
    key().watchHangUpOnly();
  }

  /** Stops watching and closes the descriptor; a second call does nothing. */
  public void close() {
    EpollKey open = key;
    if (open == null) {
      return;
    }
    key = null;
    selector.remove(open);
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("close of a watched descriptor failed", e);
    }
  }

  private EpollKey key() {
    EpollKey open = key;
    if (open == null) {
      throw new IllegalStateException("this watch is closed");
    }
    return open;
  }
}
