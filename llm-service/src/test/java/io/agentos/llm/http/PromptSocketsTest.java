// SPDX-License-Identifier: MIT
package io.agentos.llm.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

final class PromptSocketsTest {
  @Test
  void sendAtOnce_alsoOnceTheyAreConnected() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new PromptSockets().createSocket()) {
      socket.connect(server.getLocalSocketAddress());

      assertThat(socket.getTcpNoDelay()).isTrue();
    }
  }
}
