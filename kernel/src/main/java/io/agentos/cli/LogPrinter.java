// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.term.Style;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * Passes an agent's output on: its standard output to ours, its standard error and the kernel's
 * remarks to our standard error.
 */
final class LogPrinter {
  private final PrintWriter out;
  private final PrintWriter err;
  private final Style style;
  private final boolean json;
  private final boolean timestamps;
  private boolean remarks = true;

  /** Negative while it is not known which number is to come. */
  private long lastNumber = -1;

  LogPrinter(PrintWriter out, PrintWriter err, Style style, boolean json, boolean timestamps) {
    this.out = out;
    this.err = err;
    this.style = style;
    this.json = json;
    this.timestamps = timestamps;
  }

  /** Leaves out what the kernel has to say. */
  void leaveOutRemarks() {
    remarks = false;
  }

  /** From now on the agent's very first line is expected next. */
  void expectFirstLine() {
    lastNumber = 0;
  }

  /**
   * Prints the lines of one answer of LOGS. Lines are numbered, so it is seen, and said, when the
   * kernel has left some out.
   *
   * @throws BrokenPipe when nobody reads our output any more
   */
  void print(Answer answer) throws BrokenPipe {
    for (Fields entry : answer.fields().objects("entries")) {
      long number = entry.whole("seq");
      if (lastNumber >= 0 && number > lastNumber + 1) {
        err.println(
            style.warning("agentos: " + (number - lastNumber - 1) + " lines were left out here"));
      }
      lastNumber = number;
      print(entry);
    }
    err.flush();
    if (out.checkError()) {
      throw new BrokenPipe();
    }
  }

  private void print(Fields entry) {
    if (json) {
      out.println(Json.text(entry.map()));
      return;
    }
    String line = entry.text("line");
    String shown = timestamps ? style.dim(time(entry.whole("time"))) + " " + line : line;
    switch (entry.text("stream")) {
      case "stdout" -> out.println(shown);
      case "stderr" -> err.println(shown);
      default -> {
        if (remarks) {
          err.println(style.dim("agentos: " + line));
        }
      }
    }
  }

  private static String time(long millis) {
    return DateTimeFormatter.ofPattern("HH:mm:ss.SSS")
        .format(Instant.ofEpochMilli(millis).atZone(ZoneId.systemDefault()));
  }

  /** Nobody reads our standard output any more, as with {@code | head}. */
  static final class BrokenPipe extends IOException {
    BrokenPipe() {
      super("standard output was closed");
    }
  }
}
