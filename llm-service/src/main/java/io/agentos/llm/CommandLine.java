// SPDX-License-Identifier: MIT
package io.agentos.llm;

import io.agentos.llm.base.Nearest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The options of the process. */
record CommandLine(Optional<Path> config, Optional<Path> envFile, boolean help) {
  static final String USAGE =
      """
      usage: agentos-llm-service [--config FILE] [--env-file FILE]

      Speaks newline JSON: requests on standard input, answers on standard output, logs on
      standard error. Ends when its input ends.

        --config FILE     the configuration (TOML); only its [llm] table is read
        --env-file FILE   where keys are looked for after the environment (default: .env)
      """;

  private static final String CONFIG = "--config";
  private static final String ENV_FILE = "--env-file";
  private static final String HELP = "--help";

  /** The process was started the wrong way; the message says what is wrong. */
  static final class UsageException extends Exception {
    UsageException(String message) {
      super(message);
    }
  }

  static CommandLine parse(String... arguments) throws UsageException {
    Optional<Path> config = Optional.empty();
    Optional<Path> envFile = Optional.empty();
    boolean help = false;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case CONFIG -> config = Optional.of(file(arguments, ++i));
        case ENV_FILE -> envFile = Optional.of(file(arguments, ++i));
        case HELP -> help = true;
        default ->
            throw new UsageException(
                "unknown option; " + Nearest.hint(arguments[i], List.of(CONFIG, ENV_FILE, HELP)));
      }
    }
    return new CommandLine(config, envFile, help);
  }

  private static Path file(String[] arguments, int index) throws UsageException {
    if (index >= arguments.length || arguments[index].isEmpty()) {
      throw new UsageException(arguments[index - 1] + " needs the name of a file");
    }
    return Path.of(arguments[index]);
  }
}
