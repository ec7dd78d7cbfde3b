// SPDX-License-Identifier: MIT
package io.agentos.llm.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

/**
 * Sockets that send at once. A request of more than a segment is written in several pieces, the
 * last of which would otherwise wait for the acknowledgement of the one before: 40 ms.
 */
final class PromptSockets extends SocketFactory {
  @Override
  public Socket createSocket() throws SocketException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw unasked();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw unasked();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw unasked();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw unasked();
  }

  /** The client connects by itself, within its own time. */
  private static IOException unasked() {
    return new IOException("a socket is asked for before it is connected");
  }
}
