// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * How large the terminal is.
 *
 * @param rows lines that are seen at once
 */
public record Screen(int rows, int columns) {
  /** What a terminal has had since the VT100. */
  private static final Screen USUAL = new Screen(24, 80);

  private static final int ANSWER_SECONDS = 2;

  /** Of the terminal that this process belongs to; a usual one where it can't be asked. */
  public static Screen ofTerminal() {
    ProcessBuilder builder = new ProcessBuilder("stty", "size");
    builder.redirectInput(Path.of("/dev/tty").toFile());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return USUAL;
      }
      byte[] answer = process.getInputStream().readAllBytes();
      return parse(new String(answer, StandardCharsets.US_ASCII));
    } catch (IOException unknown) {
      return USUAL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USUAL;
    }
  }

  static Screen parse(String sttySize) {
    String[] numbers = sttySize.trim().split(" ");
    if (numbers.length != 2 || !sttySize.trim().matches("\\d{1,5} \\d{1,5}")) {
      return USUAL;
    }
    int rows = Integer.parseInt(numbers[0]);
    int columns = Integer.parseInt(numbers[1]);
    return rows < 2 || columns < 2 ? USUAL : new Screen(rows, columns);
  }
}
