// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/** Who is at the other end of a socket that lies where anyone could have put one. */
final class Peers {
  private Peers() {}

  static boolean isTrusted(SocketChannel channel) throws IOException {
    String owner = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
    return owner.equals("root") || owner.equals(System.getProperty("user.name"));
  }
}
