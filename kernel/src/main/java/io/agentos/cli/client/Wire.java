// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import io.agentos.kernel.wire.Frame;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** Frames over one connection, each wait with a deadline. For one thread at a time. */
final class Wire implements AutoCloseable {
  /** The largest payload that a kernel can be configured to send, with room for its envelope. */
  static final int LARGEST_ANSWER_BYTES = 80 << 20;

  private static final int CHUNK_BYTES = 64 * 1024;

  private final Path path;
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;

  private Wire(Path path, SocketChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    channel.configureBlocking(false);
    selector = Selector.open();
    key = channel.register(selector, SelectionKey.OP_READ);
  }

  static Wire connect(Path path) throws IOException {
    return new Wire(path, SocketChannel.open(UnixDomainSocketAddress.of(path)));
  }

  SocketChannel channel() {
    return channel;
  }

  void send(int opcode, byte[] payload, long deadlineNanos) throws IOException {
    ByteBuffer frame =
        ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(frame, /* agentId= */ 0, opcode, payload.length);
    frame.put(payload).flip();
    while (frame.hasRemaining()) {
      if (channel.write(frame) == 0) {
        await(SelectionKey.OP_WRITE, deadlineNanos);
      }
    }
  }

  /** The payload of the next frame. */
  byte[] receive(long deadlineNanos) throws IOException {
    ByteBuffer header =
        read(ByteBuffer.allocate(Frame.HEADER_BYTES), deadlineNanos).order(ByteOrder.LITTLE_ENDIAN);
    long size = Frame.payloadSize(header, 0);
    if (!Frame.hasMagic(header, 0) || size < 0 || size > LARGEST_ANSWER_BYTES) {
      throw new IOException(
          "what answers at " + path + " does not speak this protocol; is it an AgentOS kernel?");
    }
    return read(ByteBuffer.allocate((int) size), deadlineNanos).array();
  }

  private ByteBuffer read(ByteBuffer into, long deadlineNanos) throws IOException {
    while (into.hasRemaining()) {
      into.limit(Math.min(into.capacity(), into.position() + CHUNK_BYTES));
      int count = channel.read(into);
      into.limit(into.capacity());
      if (count < 0) {
        throw new EOFException("the kernel at " + path + " closed the connection; did it end?");
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, deadlineNanos);
      }
    }
    return into;
  }

  private void await(int operation, long deadlineNanos) throws IOException {
    key.interestOps(operation);
    long left = Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis();
    if (left <= 0) {
      throw new IOException("the kernel at " + path + " did not answer in time; is it stopped?");
    }
    selector.select(left);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while waiting for the kernel at " + path);
    }
    if (!channel.isOpen()) {
      throw new EOFException("the connection to " + path + " was closed");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
  }
}
