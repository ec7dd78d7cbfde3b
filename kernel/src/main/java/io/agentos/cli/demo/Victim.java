// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the attacker is after: a file and a port of the owner's that are really there. */
final class Victim implements AutoCloseable {
  private final Path folder;
  private final Path secret;
  private final ServerSocketChannel listener;

  Victim() throws IOException {
    folder = Files.createTempDirectory("agentos-secret-");
    secret =
        Files.createFile(
            folder.resolve("secret"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secret, "what only the owner may read");
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
    listener.configureBlocking(false);
  }

  /** The attacker's argument; see examples/demo/hostile.py. */
  Map<String, Object> target(Path operatorSocket, int maxPids, String bystander, boolean outside)
      throws IOException {
    Path home = Path.of(System.getProperty("user.home"));
    Map<String, Object> target = new LinkedHashMap<>();
    target.put("home", home.toString());
    target.put("home_identity", identity(home));
    target.put("secret", secret.toString());
    target.put("owner_pid", ProcessHandle.current().pid());
    target.put("operator_socket", operatorSocket.toString());
    target.put("loopback_port", port());
    target.put("max_pids", maxPids);
    target.put("bystander", bystander);
    target.put("outside", outside);
    return target;
  }

  private static List<Object> identity(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of(0, 0);
    }
    return List.of(Files.getAttribute(folder, "unix:dev"), Files.getAttribute(folder, "unix:ino"));
  }

  private int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  /** How many have connected to the port since this was last asked. */
  int visitors() throws IOException {
    int count = 0;
    while (true) {
      SocketChannel visitor = listener.accept();
      if (visitor == null) {
        return count;
      }
      visitor.close();
      count++;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    Files.deleteIfExists(secret);
    Files.deleteIfExists(folder);
  }
}
