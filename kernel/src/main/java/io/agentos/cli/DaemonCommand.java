// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.local.Leash;
import io.agentos.kernel.boot.KernelConfig;
import io.agentos.kernel.boot.Main;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the kernel in the foreground. */
@Command(
    name = "daemon",
    description = "Run the kernel in the foreground until SIGTERM or Ctrl-C.",
    footer = {
      "",
      "Environment: AGENTOS_SOCKET, AGENTOS_STATE_DIR and AGENTOS_RUNTIME_DIR name the socket and folders;",
      "kernels with different ones live side by side."
    })
final class DaemonCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration (default: ./agentos.toml, /etc/agentos/agentos.toml).")
  private @Nullable Path config;

  @Option(names = "--socket", paramLabel = "PATH", description = "Where to listen for operators.")
  private @Nullable Path socket;

  @Option(names = "--log-json", description = "Log one JSON object a line.", arity = "0")
  private @Nullable Boolean jsonLogs;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace.")
  private @Nullable String logLevel;

  @Option(
      names = "--until-input-ends",
      description = "Also end when standard input does: with whoever holds its other end.")
  private boolean untilInputEnds;

  @Option(
      names = "--remove-folder",
      paramLabel = "DIR",
      hidden = true,
      description = "With --until-input-ends: remove this folder at the end.")
  private @Nullable Path removeFolder;

  @Override
  public Integer call() throws Exception {
    Leash leash = new Leash();
    if (untilInputEnds) {
      leash.attach(removeFolder);
    }
    try {
      Main.serve(Home.folder(), new KernelConfig.Options(config, socket, jsonLogs, logLevel));
    } finally {
      leash.served();
    }
    return 0;
  }
}
