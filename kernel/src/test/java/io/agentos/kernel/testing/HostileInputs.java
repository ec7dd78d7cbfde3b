// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.provider.Arguments;

/**
 * What an enemy would ask for, and what must become of it: one table for the unit tests, which
 * judge it by the rules alone, and for the test that asks a kernel.
 */
public final class HostileInputs {
  private HostileInputs() {}

  /** Paths: rules, READ's outcome, WRITE's, the path, what it leads to ("-": no rule judges). */
  public static List<Arguments> paths() {
    return table("paths", /* columns= */ 5);
  }

  /** Shell lines: rules, outcome, line. */
  public static List<Arguments> commands() {
    return table("commands", /* columns= */ 3);
  }

  /** URLs: network patterns, outcome, URL. */
  public static List<Arguments> domains() {
    return table("domains", /* columns= */ 3);
  }

  private static List<Arguments> table(String name, int columns) {
    try (InputStream file =
        Objects.requireNonNull(
            HostileInputs.class.getResourceAsStream("/hostile/" + name + ".tsv"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("# "))
          .map(line -> row(line, columns))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Arguments row(String line, int columns) {
    String[] cells = line.split("\t", -1);
    if (cells.length != columns) {
      throw new IllegalArgumentException("not " + columns + " columns: " + line);
    }
    return Arguments.of(Arrays.stream(cells).map(String::translateEscapes).toArray());
  }
}
