// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Sockets;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that talks to a kernel takes. */
final class KernelOptions {
  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "The kernel's socket (default: AGENTOS_SOCKET, then the usual places).")
  @Nullable Path socket;

  @Option(names = "--json", description = "Print what the kernel answers, as JSON.")
  boolean json;

  KernelClient connect() throws IOException {
    return Sockets.connect(socket, System.getenv());
  }

  /** Whether the user said which kernel is meant. */
  boolean isNamed() {
    return Sockets.isNamed(socket, System.getenv());
  }
}
