// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.wire.Frame;
import io.agentos.kernel.wire.Json;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Speaks the wire protocol over the JDK's own sockets, frame by frame or byte by byte. */
public final class WireClient implements AutoCloseable {
  private final SocketChannel channel;

  private WireClient(SocketChannel channel) {
    this.channel = channel;
  }

  public static WireClient connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new WireClient(channel);
  }

  /** One answer. */
  public record Answer(int agentId, int opcode, byte[] payload) {
    public JsonNode json() {
      try {
        return Json.MAPPER.readTree(payload);
      } catch (IOException e) {
        throw new AssertionError(
            "the answer is no JSON: " + new String(payload, StandardCharsets.UTF_8), e);
      }
    }
  }

  public boolean isOpen() {
    return channel.isOpen();
  }

  /** Calls and waits for the answer. */
  public JsonNode call(Opcode opcode, String json) throws IOException {
    send(opcode.number(), json.getBytes(StandardCharsets.UTF_8));
    return receive().json();
  }

  /** Calls with single quotes standing for double ones, which reads better in Java. */
  public JsonNode ask(Opcode opcode, String json) throws IOException {
    return call(opcode, json.replace('\'', '"'));
  }

  public void send(int opcode, byte[] payload) throws IOException {
    write(frame(opcode, payload));
  }

  public static ByteBuffer frame(int opcode, byte[] payload) {
    ByteBuffer frame =
        ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(frame, 0, opcode, payload.length);
    return frame.put(payload).flip();
  }

  /** A header that may announce anything. */
  public static ByteBuffer header(int magic, int opcode, long size) {
    ByteBuffer header = ByteBuffer.allocate(Frame.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return header.putInt(magic).putInt(0).put((byte) opcode).putLong(size).flip();
  }

  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Says that nothing more will be sent. */
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  public Answer receive() throws IOException {
    ByteBuffer header = read(Frame.HEADER_BYTES);
    int size = (int) Frame.payloadSize(header, 0);
    return new Answer(header.getInt(4), Frame.opcode(header, 0), read(size).array());
  }

  /** Whether the kernel has closed the connection; waits for that or for a byte. */
  public boolean isEnded() throws IOException {
    try {
      return channel.read(ByteBuffer.allocate(1)) < 0;
    } catch (SocketException reset) {
      return true; // closed with something of ours unread
    }
  }

  private ByteBuffer read(int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException(
            "the kernel closed the connection after "
                + bytes.position()
                + " of "
                + count
                + " bytes");
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
