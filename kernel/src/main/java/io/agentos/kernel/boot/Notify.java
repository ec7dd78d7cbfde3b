// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd how it goes, by the protocol of sd_notify(3); does nothing when nobody listens. */
final class Notify {
  private static final Logger log = LoggerFactory.getLogger(Notify.class);

  private final @Nullable String socket;

  private Notify(@Nullable String socket) {
    this.socket = socket;
  }

  /** Listens to {@code NOTIFY_SOCKET}: a path, or {@code @name} for an abstract socket. */
  static Notify fromEnvironment(Map<String, String> environment) {
    return new Notify(environment.get("NOTIFY_SOCKET"));
  }

  void ready(String status) {
    send("READY=1\nSTATUS=" + status);
  }

  void stopping() {
    send("STOPPING=1");
  }

  private void send(String message) {
    if (socket == null || socket.isEmpty()) {
      return;
    }
    String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
    try (UnixDatagramChannel channel = UnixDatagramChannel.open()) {
      channel.send(
          ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)), new UnixSocketAddress(path));
    } catch (IOException e) {
      log.warn("systemd can't be notified through {}: {}", socket, e.toString());
    }
  }
}
