// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.agent.LocalService;
import io.agentos.kernel.posix.Sys;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;

/** A socket of a sandbox's at which names are asked for. For any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // who closes does not wait for it
abstract class NameSocket implements LocalService.Gate {
  private static final int ADOPTED = -1;

  private final ChannelGroup channels =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, /* stayClosed= */ true);
  private int socket;
  private boolean closed;

  /**
   * @param socket of the sandbox's, which is this one's from here on
   */
  NameSocket(int socket) {
    this.socket = socket;
  }

  /** Begins to answer, unless it was closed. */
  final synchronized void serve(EventLoopGroup loops) {
    if (!closed) {
      int adopted = socket;
      socket = ADOPTED;
      keep(register(loops, adopted));
    }
  }

  /** A channel of that descriptor, which is the channel's from here on. */
  abstract Channel register(EventLoopGroup loops, int descriptor);

  /** Has the channel closed with the socket. */
  final void keep(Channel channel) {
    channels.add(channel);
  }

  final int open() {
    return channels.size();
  }

  @Override
  public final synchronized void close() {
    closed = true;
    channels.close();
    if (socket != ADOPTED) {
      Sys.close(socket);
      socket = ADOPTED;
    }
  }
}
