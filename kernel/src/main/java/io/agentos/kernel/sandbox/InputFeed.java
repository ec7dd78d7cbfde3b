// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Watch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import jnr.enxio.channels.NativeSocketChannel;

/** Writes a payload's standard input as fast as it is taken, then closes it. */
@ReactorConfined
final class InputFeed {
  private final ByteBuffer bytes;
  private final long address;

  InputFeed(Reactor reactor, int fd, byte[] input) throws IOException {
    bytes = Sys.allocate(Math.max(1, input.length));
    bytes.put(input).flip();
    address = Sys.address(bytes);
    Watch watch =
        reactor.watch(
            new NativeSocketChannel(fd, SelectionKey.OP_WRITE), SelectionKey.OP_WRITE, this::feed);
    if (!bytes.hasRemaining()) {
      watch.close();
    }
  }

  private void feed(Watch watch) {
    int n = Sys.write(watch.fd(), address + bytes.position(), bytes.remaining());
    if (n == -Sys.EAGAIN || n == -Sys.EINTR) {
      return;
    }
    if (n > 0) {
      bytes.position(bytes.position() + n);
    }
    if (n < 0 || !bytes.hasRemaining()) {
      watch.close();
    }
  }
}
