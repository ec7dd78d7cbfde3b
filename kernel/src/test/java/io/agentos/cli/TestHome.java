// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.kernel.testing.KernelProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An installation for tests: the repository's parts, and a launcher that runs the classes under
 * test without building anything.
 */
final class TestHome {
  private static final List<String> PARTS =
      List.of("examples", "llm-service", "sandbox-native", "sdk-python");

  private TestHome() {}

  static Path in(Path folder) throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    for (String part : PARTS) {
      Files.createSymbolicLink(home.resolve(part), KernelProcess.home().resolve(part));
    }
    Path launcher = home.resolve("agentos");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec "
            + Path.of(System.getProperty("java.home"), "bin/java")
            + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djnr.ffi.x86asm.enabled=false"
            + " -Dagentos.home="
            + home
            + " -cp '"
            + System.getProperty("java.class.path")
            + "' io.agentos.cli.Main \"$@\"\n");
    if (!launcher.toFile().setExecutable(true)) {
      throw new IOException(launcher + " can't be made executable");
    }
    return home;
  }
}
