// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import io.agentos.kernel.posix.LibC;
import java.io.IOException;
import java.nio.file.Path;

/** Starts a daemon in this process; the command line's {@code agentos daemon} is the way in. */
public final class Main {
  private static final int OWNER_ONLY = 0077;

  private Main() {}

  /**
   * Serves until stopped.
   *
   * @param home the folder AgentOS is installed in
   * @throws BootException when it can't start, with a sentence for a person
   */
  public static void serve(Path home, KernelConfig.Options options) throws IOException {
    KernelConfig config = KernelConfig.load(home, System.getenv(), options);
    Logging.configure(config.jsonLogs(), config.logLevel());
    LibC.INSTANCE.umask(OWNER_ONLY);
    new Kernel(config).run();
  }
}
