// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The escape suite, run for a user on their own host: hostile agents on a kernel of their own. */
public final class Attacks {
  private static final String PYTHON = "/usr/bin/python3";
  private static final String SUITE = "sandbox-native/tests/escape/run.py";
  private static final String PROGRAM = "sandbox-native/build/attacks";

  private Attacks() {}

  /**
   * Makes all attacks; what came of them goes to standard output. The suite holds our end of a pipe
   * as its standard input, so that it ends, with its kernel, when this process is killed.
   *
   * @param home the folder AgentOS is installed in
   * @param json one JSON object with every case instead of a table
   * @param progress whether to say on standard error what goes on
   * @return 0 when all were blocked or are allowed by design, 1 when not, 2 when they could not be
   *     made
   * @throws IOException when the suite is not installed or can't be started
   */
  public static int make(Path home, boolean json, boolean progress) throws IOException {
    for (String part : List.of(SUITE, PROGRAM)) {
      if (!Files.exists(home.resolve(part))) {
        throw new IOException(
            home.resolve(part)
                + " is missing; a checkout has it once built (make -C sandbox-native), and so has"
                + " what `agentos install-service` installs from there");
      }
    }
    ProcessBuilder builder = new ProcessBuilder(command(home, json, progress));
    builder.environment().put("AGENTOS_HOME", home.toString());
    builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process suite = builder.start();
    try {
      return suite.waitFor();
    } catch (InterruptedException e) {
      suite.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the attacks were made", e);
    }
  }

  private static List<String> command(Path home, boolean json, boolean progress) {
    List<String> command =
        new ArrayList<>(
            List.of(PYTHON, "-B", home.resolve(SUITE).toString(), "--until-input-ends"));
    command.add(json ? "--json" : "--summary");
    if (progress) {
      command.add("--progress");
    }
    return command;
  }
}
