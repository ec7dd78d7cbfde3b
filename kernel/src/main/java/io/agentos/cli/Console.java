// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Standard output and error, in UTF-8 whatever the locale: agents' output is passed on, not
 * translated.
 */
final class Console {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final PrintWriter out;
  private final PrintWriter err;

  Console(OutputStream out, OutputStream err) {
    this.out = writer(out, /* autoFlush= */ false);
    this.err = writer(err, /* autoFlush= */ true);
  }

  static Console ofProcess() {
    return new Console(
        new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
  }

  private static PrintWriter writer(OutputStream to, boolean autoFlush) {
    return new PrintWriter(
        new OutputStreamWriter(new BufferedOutputStream(to, BUFFER_BYTES), StandardCharsets.UTF_8),
        autoFlush);
  }

  /** Buffered: who streams flushes. */
  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  void flush() {
    out.flush();
    err.flush();
  }

  /**
   * Whether a descriptor of ours is a terminal; the JDK only tells of input and output together.
   */
  static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException unknown) {
      return false;
    }
  }
}
