// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a command of the command line within the test, and keeps what it printed. */
final class Cli {
  /** What came of it. */
  record Result(int code, String out, String err) {}

  private Cli() {}

  static Result run(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(out, err);
    int code = Commands.execute(console, words);
    console.flush();
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The same, for the kernel at that socket. */
  static Result on(Path socket, String command, String... words) {
    List<String> all = new ArrayList<>(List.of(command, "--socket", socket.toString()));
    all.addAll(List.of(words));
    return run(all.toArray(new String[0]));
  }
}
