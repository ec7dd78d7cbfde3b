// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd would hear, on a datagram socket like its own. */
final class NotifyTest {
  @TempDir private Path folder;

  @Test
  void saysReadyWithItsStatus_thenStopping() throws IOException {
    Path socket = folder.resolve("notify");
    try (UnixDatagramChannel systemd = UnixDatagramChannel.open()) {
      systemd.bind(new UnixSocketAddress(socket.toFile()));
      Notify notify = Notify.fromEnvironment(Map.of("NOTIFY_SOCKET", socket.toString()));

      notify.ready("serving /run/x.sock");
      assertThat(next(systemd)).isEqualTo("READY=1\nSTATUS=serving /run/x.sock");

      notify.stopping();
      assertThat(next(systemd)).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void reachesAnAbstractSocket() throws IOException {
    String name = "agentos-notify-test-" + ProcessHandle.current().pid();
    try (UnixDatagramChannel systemd = UnixDatagramChannel.open()) {
      systemd.bind(new UnixSocketAddress("\0" + name));
      Notify.fromEnvironment(Map.of("NOTIFY_SOCKET", "@" + name)).ready("x");
      assertThat(next(systemd)).startsWith("READY=1");
    }
  }

  @Test
  void doesNothing_whenNobodyListens() {
    Notify.fromEnvironment(Map.of()).ready("x");
    Notify.fromEnvironment(Map.of("NOTIFY_SOCKET", folder.resolve("gone").toString())).stopping();
  }

  private static String next(UnixDatagramChannel systemd) throws IOException {
    ByteBuffer message = ByteBuffer.allocate(4096);
    systemd.receive(message);
    return StandardCharsets.UTF_8.decode(message.flip()).toString();
  }
}
