// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The native buffers that all connections of a reactor share: one that is read into, one in which
 * the answers of the current connection gather. 10,000 idle connections so cost no buffer at all.
 */
@ReactorConfined
public final class IoBuffers {
  final ByteBuffer in = Sys.allocate(Limits.READ_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  final long inAddress = Sys.address(in);
  final ByteBuffer out = Sys.allocate(Limits.WRITE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  final long outAddress = Sys.address(out);
  final BufferPool pool = new BufferPool();
  private @Nullable Connection writer;

  /** Lets {@code connection} gather output; whoever did before sends it first. */
  void claim(Connection connection) {
    if (writer != connection) {
      if (writer != null) {
        writer.flush();
      }
      writer = connection;
    }
  }

  boolean heldBy(Connection connection) {
    return writer == connection;
  }

  void release() {
    out.clear();
    writer = null;
  }
}
