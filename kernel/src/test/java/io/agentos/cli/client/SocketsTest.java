// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SocketsTest {
  private static final Path NAMED = Path.of("/somewhere/agentos.sock");

  @TempDir Path folder;

  @Test
  void looksOnlyAtWhatTheCommandLineNames() {
    assertThat(Sockets.candidates(NAMED, Map.of("AGENTOS_SOCKET", "/other")))
        .containsExactly(NAMED);
  }

  @Test
  void looksOnlyAtTheVariableOtherwise() {
    assertThat(Sockets.candidates(null, Map.of("AGENTOS_SOCKET", "/other")))
        .containsExactly(Path.of("/other"));
  }

  @Test
  void looksInTheUsualPlacesInOrder_whenNothingIsNamed() {
    Map<String, String> environment =
        Map.of("AGENTOS_SOCKET", "", "XDG_RUNTIME_DIR", "/run/user/7");

    assertThat(Sockets.candidates(null, environment))
        .containsSubsequence(
            Path.of("/run/agentos.sock"),
            Path.of("/run/user/7/agentos/agentos.sock"),
            Path.of("/run/agentos/agentos.sock"),
            Path.of("/tmp/agentos.sock"))
        .doesNotHaveDuplicates();
  }

  @Test
  void saysWhatToDo_whenNobodyListens() {
    Path missing = folder.resolve("none");

    assertThatThrownBy(() -> Sockets.connect(missing, Map.of()))
        .isInstanceOf(NoKernel.class)
        .hasMessage(
            "no kernel is running at "
                + missing
                + "; start one with `agentos daemon`, or use `agentos run`");
  }

  @Test
  void saysWhy_whenTheSocketIsADeadKernels() throws IOException {
    Path stale = folder.resolve("stale");
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(stale))
        .close();

    assertThatThrownBy(() -> Sockets.connect(stale, Map.of()))
        .isInstanceOf(NoKernel.class)
        .hasMessageContaining("(" + stale + ": Connection refused)");
  }

  @Test
  void refusesWhatSpeaksAnotherProtocol() throws IOException {
    Path socket = folder.resolve("other");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      try (KernelClient client = KernelClient.connect(socket);
          var peer = server.accept()) {
        peer.write(ByteBuffer.wrap("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8)));

        assertThatThrownBy(() -> client.call(Op.LIST, Map.of()))
            .hasMessageContaining("does not speak this protocol");
      }
    }
  }

  @Test
  void saysThatTheKernelEnded_whenTheConnectionCloses() throws IOException {
    Path socket = folder.resolve("closing");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      try (KernelClient client = KernelClient.connect(socket)) {
        server.accept().close();

        assertThatThrownBy(() -> client.call(Op.LIST, Map.of())).isInstanceOf(IOException.class);
      }
    }
  }
}
