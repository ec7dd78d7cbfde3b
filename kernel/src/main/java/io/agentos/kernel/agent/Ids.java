// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.reactor.ReactorConfined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives each agent and each operator connection a number that no other had under this state folder,
 * ever: logs and workspaces are named by it. Numbers are reserved on disk in blocks, so that a
 * killed kernel repeats none.
 */
@ReactorConfined
public final class Ids {
  private static final int BLOCK = 10_000;

  private final Path file;
  private int last;
  private int reserved;

  /**
   * Continues after the last block that was reserved in {@code file}.
   *
   * @throws IOException when the file can't be read, written or is no number
   */
  public Ids(Path file) throws IOException {
    this.file = file;
    try {
      last = Files.exists(file) ? Integer.parseInt(Files.readString(file).trim()) : 0;
    } catch (NumberFormatException e) {
      throw new IOException(
          file
              + " should hold the last agent number, but does not; remove it to start from 1 again",
          e);
    }
    reserved = last;
    reserve();
  }

  public AgentId next() {
    if (last == reserved) {
      try {
        reserve();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new AgentId(++last);
  }

  /** Gives the unused rest of the block back; the last call on a clean end. */
  public void close() throws IOException {
    Files.writeString(file, String.valueOf(last));
  }

  private void reserve() throws IOException {
    reserved = last > Integer.MAX_VALUE - 2 * BLOCK ? BLOCK : last + BLOCK;
    Files.writeString(file, String.valueOf(reserved));
  }
}
