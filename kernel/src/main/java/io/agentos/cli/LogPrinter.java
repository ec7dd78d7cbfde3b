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

  LogPrinter(PrintWriter out, PrintWriter err, Style style, boolean json, boolean timestamps) {
    this.out = out;
    this.err = err;
    this.style = style;
    this.json = json;
    this.timestamps = timestamps;
  }

  /** Leaves out what the kernel has to say. */
  LogPrinter withoutRemarks() {
    remarks = false;
    return this;
  }

  /**
   * Prints the entries of one answer of LOGS.
   *
   * @throws IOException when nobody reads our output any more
   */
  void print(Answer answer) throws IOException {
    Fields fields = answer.fields();
    if (fields.has("skipped")) {
      err.println(
          style.warning(
              "agentos: "
                  + fields.whole("skipped")
                  + " lines were skipped: they came faster than they could be shown"));
    }
    for (Fields entry : fields.objects("entries")) {
      print(entry);
    }
    out.flush();
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
